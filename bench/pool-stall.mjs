// pool.ts runs this in the container. Prints how many ms pass from the moment that the event loop of the worker in slot 0 stops
// until its socket responds.
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const socketPath = '/run/cluster/slot-0.sock';
const first = await send('/echo');
send('/wait?ms=60000').catch(() => undefined);
const stoppedAt = performance.now();
for (;;) {
  const response = await Promise.race([send('/echo').catch(() => undefined), sleep(20)]);
  if (response !== undefined && response.pid !== first.pid) break;
}
process.stdout.write(String(Math.round(performance.now() - stoppedAt)));
process.exit(0);

function send(path) {
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath, path, agent: false }, async (response) => {
      resolve(JSON.parse(Buffer.concat(await response.toArray()).toString()));
    });
    request.on('error', reject);
  });
}
