// listen() is understood as Node understands it: each form is given to both.
import assert from 'node:assert/strict';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseListenArguments } from '../../rootfs/usr/local/lib/cluster/worker/listen-arguments.ts';

const path = join(tmpdir(), `listen-${process.pid}.sock`);
const callback = () => {};

const forms: Record<string, readonly unknown[]> = {
  nothing: [],
  'a callback alone': [callback],
  undefined: [undefined],
  'undefined and a host: any port, and no path': [undefined, '127.0.0.1'],
  'null and a callback': [null, callback],
  'port 0': [0],
  'a port as text': ['0', '127.0.0.1'],
  'a port and a backlog': [0, 511],
  'a port, no host, a backlog': [0, undefined, 511, callback],
  'a path': [path],
  'a path and a backlog': [path, 511],
  'an empty text': [''],
  'a boolean': [true],
  NaN: [Number.NaN],
  'a port that is too high': [70_000],
  'a negative port': [-1],
  '{ port, host }': [{ port: 0, host: '127.0.0.1' }],
  '{ port } as text': [{ port: '0' }],
  '{ port } of blanks': [{ port: ' ' }],
  '{ port: undefined }': [{ port: undefined }],
  '{ port: null }': [{ port: null }],
  '{ path }': [{ path }],
  '{ path: false, port }, as SvelteKit has it': [{ path: false, port: 0, host: '127.0.0.1' }],
  "{ path: '', port }": [{ path: '', port: 0 }],
  '{ path, port }': [{ path, port: 0 }],
  '{ path, port: undefined }': [{ path, port: undefined }],
  '{ path: false }': [{ path: false }],
  '{ host } alone': [{ host: '127.0.0.1' }],
  '{}': [{}],
  '{ fd: undefined, handle: undefined, port }': [{ fd: undefined, handle: undefined, port: 0 }],
  '{ fd: -1, port }': [{ fd: -1, port: 0 }],
};

for (const [name, args] of Object.entries(forms)) {
  test(name, async (t) => {
    const wanted = await askNode(t, args);
    const { options, isRefused } = parseListenArguments(args);
    const understood = isRefused
      ? 'throws'
      : options.path === undefined
        ? `any port: ${options.port === 0}`
        : options.path;
    assert.equal(understood, wanted);
  });
}

/** @returns what Node makes of it */
function askNode(t: TestContext, args: readonly unknown[]): Promise<string> {
  const server = net.createServer();
  t.after(() => server.close());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      const address = server.address();
      resolve(typeof address === 'string' ? address : `any port: ${(address?.port ?? 0) > 0}`);
    });
    try {
      Reflect.apply(server.listen, server, args);
    } catch {
      resolve('throws');
    }
  });
}
