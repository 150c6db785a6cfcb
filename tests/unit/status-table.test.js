import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderStatus } from '../../rootfs/usr/local/lib/cluster/cli/status.js';
test('a slot without a worker has a line, too', () => {
    const text = renderStatus({
        ready: false,
        draining: true,
        entry: '/app/main.ts',
        pid: 7,
        uptimeSeconds: 61,
        workers: [
            { slot: 0, pid: 42, state: 'draining', uptimeSeconds: 60, restarts: 1 },
            { slot: 1, pid: undefined, state: 'gone', uptimeSeconds: 0, restarts: 3 },
        ],
    });
    assert.equal(text, `draining, up 61 s, primary 7, /app/main.ts
slot      pid       state     uptime    restarts
0         42        draining  60 s      1
1         -         gone      0 s       3
`);
});
