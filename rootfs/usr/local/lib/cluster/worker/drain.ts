// The end of a worker's life: its traffic has gone, the app's own shutdown runs.
import type { Close } from '../app/serve.ts';
import type { ToWorker } from './messages.ts';

/** @param closeApp ends an app that we serve ourselves; undefined where the app listens by itself */
export function drainWhenAsked(closeApp: () => Close | undefined): void {
  process.on('message', async (message: ToWorker) => {
    if (message.type !== 'drain') return;
    await closeApp()?.();
    if (process.listenerCount('SIGTERM') === 0) process.exit(0);
    // The app has a shutdown of its own: it gets the signal that it was written for.
    process.kill(process.pid, 'SIGTERM');
  });
  // The primary is gone: nobody could drain this worker any more.
  process.on('disconnect', () => process.exit(0));
  process.channel?.unref();
}
