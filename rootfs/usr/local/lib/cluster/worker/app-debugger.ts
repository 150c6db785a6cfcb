// The debugger that NODE_OPTIONS asks for, opened here and not by Node: a new worker starts while the old one has the port.
import { close, open, url, waitForDebugger } from 'node:inspector';
import { isListenedOn } from '../machine/listening-processes.ts';
import type { Debugger } from '../machine/node-options.ts';

const retryEveryMs = 100;

/**
 * Opens the debugger, before the app runs. While the worker that is replaced has it, the app does not wait, and it is
 * opened as soon as the port is free.
 */
export function openDebugger({ host, port, waits }: Debugger): void {
  if (isListenedOn(port)) {
    const timer = setInterval(() => {
      if (isListenedOn(port)) return;
      clearInterval(timer);
      open(port, host);
    }, retryEveryMs).unref();
    return;
  }
  open(port, host);
  if (waits === 'no' || url() === undefined) return;
  waitForDebugger();
  // biome-ignore lint/suspicious/noDebugger: --inspect-brk. The next statement is the app's.
  if (waits === 'break') debugger;
}

/** For the worker that takes over. */
export function closeDebugger(): void {
  if (url() !== undefined) close();
}
