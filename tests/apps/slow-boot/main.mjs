// Takes BOOT_MS until it listens.
console.log('booting');
await new Promise((resolve) => setTimeout(resolve, Number(process.env.BOOT_MS)));

export default async function slowBoot(app) {
  app.get('/', async () => 'up');
}
