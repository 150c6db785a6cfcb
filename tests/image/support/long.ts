// `npm run test:long` runs the same tests for longer.

/** @returns how often, or how much: a little in `npm test`, more in `npm run test:long` */
export function amount(short: number, long: number): number {
  return process.env.TEST_LONG === 'yes' ? long : short;
}
