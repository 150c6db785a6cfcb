// What `cluster status` and the like say where no server answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeServerState } from '../../rootfs/usr/local/lib/cluster/cli/server-state.ts';

const none = { isStopping: false, isConfigured: false };
const entrypoint = ['/bin/bash', '-p', '/usr/local/bin/entrypoint'];
const s6 = ['/package/admin/s6/command/s6-svscan'];

for (const [what, state, text] of [
  [
    'prestart.sh runs',
    { ...none, processOne: entrypoint },
    /^The container is being configured, and prestart\.sh runs/,
  ],
  ['the server starts', { ...none, isConfigured: true, processOne: s6 }, /^The server is starting: ask again/],
  ['the container stops', { isStopping: true, isConfigured: true, processOne: s6 }, /^The container is stopping\.$/],
  [
    'a command runs',
    { ...none, processOne: ['/usr/bin/tini', '--', 'node', 'queue.js'] },
    /^This container was given a command \(`node queue\.js`\), and runs no server\. `docker exec NAME cluster status`/,
  ],
  ['a command without tini', { ...none, processOne: ['sleep', '60'] }, /given a command \(`sleep 60`\)/],
  [
    'the command is this one',
    { ...none, processOne: ['tini', '--', 'node', '/usr/local/lib/cluster/cli/cluster.js', 'status'] },
    /^No server runs in this container\. `docker exec NAME cluster status` asks a running one\.$/,
  ],
  ['process 1 cannot be seen', { ...none, processOne: [] }, /^No server runs in this container\./],
] as const) {
  test(`where ${what}`, () => assert.match(describeServerState(state), text));
}
