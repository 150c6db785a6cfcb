// A thread beside the app's. When the primary asks, it stops the app's thread like a debugger and tells its stack: a
// blocked event loop cannot do so itself, neither on a message nor on a signal.
import inspector from 'node:inspector';
import net from 'node:net';
import { watchdogDescriptor } from './messages.ts';

/** The app's thread ends the process when the primary is gone. One that is blocked does not. */
const killAfterMs = 500;
const deepestStack = 20;

/** Run in the app's thread, where Node knows the source maps. */
const expression = `(() => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = ${deepestStack + 1};
  try { return new Error().stack } finally { Error.stackTraceLimit = stackTraceLimit }
})()`;

const primary = new net.Socket({ fd: watchdogDescriptor });
// A line of its own, whatever the app has written to this descriptor.
primary.on('data', () => captureStack((frames) => primary.write(`\n${JSON.stringify(frames)}\n`)));
primary.on('error', () => {});
primary.on('close', () => setTimeout(() => process.kill(process.pid, 'SIGKILL'), killAfterMs));

/** @param done gets the frames, innermost first: "work (/app/main.ts:3:5)" */
function captureStack(done: (frames: string[]) => void): void {
  const session = new inspector.Session();
  session.connectToMainThread();
  session.once('Debugger.paused', ({ params: { callFrames } }) => {
    const [innermost] = callFrames;
    const finish = (frames: string[]) => {
      done(frames);
      session.post('Debugger.resume', () => session.disconnect());
    };
    if (innermost === undefined) return finish([]);
    const where = { callFrameId: innermost.callFrameId, expression, silent: true };
    session.post('Debugger.evaluateOnCallFrame', where, (error, answer) => {
      const { result } = (error === null ? answer : {}) as { result?: { value?: unknown } };
      finish(framesOf(String(result?.value ?? '')));
    });
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

/** Where all of it is Node's own or ours, all of it is told. */
function framesOf(stack: string): string[] {
  const frames = stack
    .split('\n')
    .map((line) => /^ +at (.*)$/.exec(line)?.[1]?.replace('file://', '') ?? '')
    .filter((frame) => frame !== '' && !frame.startsWith('eval'));
  const ofTheApp = frames.filter((frame) => !/[( ]node:|\/usr\/local\/lib\/cluster\//.test(frame));
  return ofTheApp.length > 0 ? ofTheApp : frames;
}
