// @ts-expect-error Node itself does not take an enum; the image compiles it
enum Answer {
  Yes = 42,
}
const { PROCESS_TYPE, PROCESS_INDEX, NODE_ENV, PORT, GREETING } = process.env;
process.on('SIGTERM', () => {
  console.log(`worker ${PROCESS_INDEX} stopped`);
  process.exit(0);
});
setInterval(() => {}, 1000);
console.log(JSON.stringify({ PROCESS_TYPE, PROCESS_INDEX, NODE_ENV, PORT, GREETING, answer: Answer.Yes }));
