// HTTP/2 by the letter: h2spec sends what RFC 7540 and 7541 forbid and allow. And under load: h2load.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ensureH2spec } from '../../tools/h2spec.ts';
import { type Container, serve } from '../image/support/container.ts';
import { verify } from '../image/support/verifiers.ts';
import { makeCertificate } from '../support/certificate.ts';

const app = `
require('node:http').createServer((request, response) => {
  request.resume().on('end', () => response.end('here'));
}).listen(3000);`;

test('h2spec finds nothing', async (t) => {
  const h2spec = await ensureH2spec();
  if (h2spec === undefined) return t.skip('h2spec is built with Go, which is not here: https://go.dev/doc/install');
  const container = await serveTls(t);
  const command = ['h2spec', '--tls', '--insecure', '--host', '127.0.0.1', '--port', '8443'];
  const { exitCode, output } = await verify(t, container, command, { mounts: { '/usr/local/bin/h2spec': h2spec } });
  t.diagnostic(output.split('\n').findLast((line) => /\d+ tests/.test(line)) ?? '');
  assert.match(output, /\d{2,} tests, \d{2,} passed, \d skipped, 0 failed/, output);
  assert.equal(exitCode, 0);
  assert.equal((await container.get('/healthz')).status, 200);
});

test('h2load: 20,000 requests in 20 connections of 50 streams, each answered', async (t) => {
  const container = await serveTls(t);
  const command = ['h2load', '--requests=20000', '--clients=20', '--max-concurrent-streams=50'];
  const { output } = await verify(t, container, [...command, 'https://127.0.0.1:8443/']);
  assert.match(output, /Application protocol: h2/);
  assert.match(output, /20000 succeeded, 0 failed, 0 errored, 0 timeout/);
  assert.match(output, /status codes: 20000 2xx/);
});

function serveTls(t: TestContext): Promise<Container> {
  const { certificate, key } = makeCertificate('localhost');
  return serve(t, {
    files: { '/app/main.cjs': app, '/run/tls/tls.crt': certificate, '/run/tls/tls.key': key },
    environment: { TLS_CERTIFICATE: '/run/tls/tls.crt', TLS_KEY: '/run/tls/tls.key' },
  });
}
