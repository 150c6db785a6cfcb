// The primary's end of the pipe to a worker's watchdog. The app can write to that descriptor too, so nothing that is read
// here is trusted.
import type { Duplex } from 'node:stream';
import { on, once } from '../guarded.ts';

/** The watchdog's line has some 2 kB: 20 frames. */
const maxLineBytes = 64 * 1024;

/**
 * Asks the watchdog where the worker's event loop stands. Never rejects.
 * @param pipe its owner listens for errors
 * @returns the stack in one line, innermost call first; undefined when the pipe is closed without one. Does not resolve
 *   before that if the loop is in native code
 */
export function requestStack(pipe: Duplex): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  if (pipe.destroyed) return Promise.resolve(undefined);
  const readLines = lineReader((line) => {
    const frames = framesIn(line);
    if (frames !== undefined) settle(frames.join(' < ').replace(/\s+/g, ' '));
  });
  const removers = [
    on(pipe, 'data', 'the watchdog', readLines),
    once(pipe, 'close', 'the watchdog', () => settle(undefined)),
  ];
  pipe.write('stack\n');
  return promise;

  function settle(stack: string | undefined): void {
    for (const remove of removers) remove();
    resolve(stack);
  }
}

/** @returns a function that takes chunks, and calls `onLine` for each whole line. Lines above the limit are skipped */
function lineReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let bytes = 0;
  return (chunk) => {
    for (let start = 0; start < chunk.length; ) {
      const newline = chunk.indexOf('\n', start);
      const part = chunk.subarray(start, newline === -1 ? chunk.length : newline);
      bytes += part.length;
      if (bytes <= maxLineBytes) parts.push(part);
      else parts = [];
      if (newline === -1) return;
      if (bytes <= maxLineBytes) onLine(Buffer.concat(parts).toString());
      parts = [];
      bytes = 0;
      start = newline + 1;
    }
  };
}

/** @returns the frames in a line of the watchdog's; undefined if it is anything else */
function framesIn(line: string): string[] | undefined {
  // Cheap: an error of JSON.parse() takes 6 µs, and the app may write a lot of lines.
  if (!/^\[(".*")?\]$/.test(line)) return undefined;
  try {
    const frames: unknown = JSON.parse(line);
    return Array.isArray(frames) && frames.every((frame) => typeof frame === 'string') ? frames : undefined;
  } catch {
    return undefined;
  }
}
