// Run in the container by pool.ts. Prints the ms from the moment that the loop of slot 0 stops until its socket answers.
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const socketPath = '/run/cluster/slot-0.sock';
const first = await ask('/echo');
ask('/wait?ms=60000').catch(() => undefined);
const stoppedAt = performance.now();
for (;;) {
  const answer = await Promise.race([ask('/echo').catch(() => undefined), sleep(20)]);
  if (answer !== undefined && answer.pid !== first.pid) break;
}
process.stdout.write(String(Math.round(performance.now() - stoppedAt)));
process.exit(0);

function ask(path) {
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath, path, agent: false }, async (response) => {
      resolve(JSON.parse(Buffer.concat(await response.toArray()).toString()));
    });
    request.on('error', reject);
  });
}
