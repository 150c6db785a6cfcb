// What listens in a worker, without its primary.
import { Listener, type ListenerOptions } from '../../../rootfs/usr/local/lib/cluster/worker/listen.ts';

/** @param options those that matter; `port` is the app's, too */
export function workerListener(
  options: Pick<ListenerOptions, 'socket' | 'descriptors' | 'port'> & Partial<ListenerOptions>,
): Listener {
  return new Listener({
    slot: 0,
    appPort: options.port,
    adminPort: 0,
    isBehindNginx: true,
    basePath: '',
    onReady: () => {},
    onClosed: () => {},
    onRequest: () => {},
    onUnserved: () => {},
    onHint: () => {},
    ...options,
  });
}
