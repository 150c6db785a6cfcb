// TLS_CERTIFICATE and TLS_KEY: HTTPS and HTTP/2, everything else is sent there; a new certificate needs no restart.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { test } from 'node:test';
import { connect as connectTls, type PeerCertificate, type SecureVersion } from 'node:tls';
import { makeCertificate } from '../support/certificate.ts';
import { deadlineSignal, defaultDeadlineMs, onceInTime, until, within } from '../support/deadline.ts';
import { type Container, runToItsEnd, serve } from './support/container.ts';
import { get } from './support/raw.ts';

const first = makeCertificate('localhost', 20);
const second = makeCertificate('localhost', 10.5);
const environment = { TLS_CERTIFICATE: '/tls/tls.crt', TLS_KEY: '/tls/tls.key', WORKERS: '1' };
const files = { '/tls/tls.crt': first.certificate, '/tls/tls.key': first.key };

test('HTTPS with HTTP/2 and 1.1, from TLS 1.2 on; HTTP is sent there, except probes; a new certificate is loaded', async (t) => {
  const container = await serve(t, { app: 'parrot', files, environment, ports: [8443] });

  // HTTP/2: many at once on one connection, each with an id of its own.
  const session = connectHttp2(`https://localhost:${container.port(8443)}`, { ca: first.certificate });
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const stream = session.request({ ':path': '/who', ':method': 'POST' });
      stream.end('a body');
      const [headers] = await onceInTime(stream, 'response');
      const body = await within(defaultDeadlineMs, 'the whole response', stream.toArray());
      return { headers, body: JSON.parse(Buffer.concat(body).toString()) };
    }),
  );
  session.close();
  assert.equal(session.alpnProtocol, 'h2');
  assert.equal(new Set(answers.map(({ headers }) => headers['x-request-id'])).size, 20);
  for (const { headers, body } of answers) {
    assert.equal(body.isSecure, true);
    assert.equal(body.headers.host, `localhost:${container.port(8443)}`);
    assert.equal(headers['strict-transport-security'], 'max-age=31536000; includeSubDomains');
  }
  await container.printed(/"path":"\/who",.*"tls":"TLSv1\.3"/);

  const { statusCode } = await getOverHttps(container, '/say');
  assert.equal(statusCode, 200);
  await handshake(container, 'TLSv1.2');
  await assert.rejects(handshake(container, 'TLSv1.1'), /alert protocol version|unsupported protocol/i);

  // HTTP.
  const sentOn = await container.get('/say?a=b', { redirect: 'manual' });
  assert.equal(sentOn.status, 308);
  assert.equal(sentOn.headers.get('location'), 'https://127.0.0.1:8443/say?a=b');
  assert.equal(sentOn.headers.get('strict-transport-security'), null);
  const withoutPort = await get(container, '/say', { host: 'shop.example' });
  assert.equal(withoutPort.headers.location, 'https://shop.example/say');
  assert.equal((await container.get('/healthz', { redirect: 'manual' })).status, 200);
  const mistaken = await fetch(`http://127.0.0.1:${container.port(8443)}/say`, {
    redirect: 'manual',
    signal: deadlineSignal(defaultDeadlineMs, 'the response to HTTP on the port of HTTPS'),
  });
  assert.equal(mistaken.status, 308);
  assert.equal(mistaken.headers.get('location'), `https://127.0.0.1:${container.port(8443)}/say`);
  assert.equal((await get(container, '/say', { cookie: 'c'.repeat(20_000) })).status, 431);

  // Half of a new pair is refused, and the old one goes on.
  await container.copyIn({ '/tls/tls.crt': second.certificate });
  await container.printed(/tls\.crt has changed, but nginx refuses it and keeps the old one/);
  assert.equal((await handshake(container)).fingerprint256, fingerprintOf(first.certificate));
  await container.copyIn({ '/tls/tls.key': second.key });
  await container.printed(/tls\.crt has changed: nginx uses the new one/);
  await container.printed(/warning: TLS_CERTIFICATE=\/tls\/tls\.crt ends in 10 days/);
  // nginx starts its new workers before the old ones stop.
  const seen = async () => (await handshake(container)).fingerprint256;
  await until('the new certificate', seen, (shown) => shown === fingerprintOf(second.certificate));
});

test('cluster config check finds what is wrong with them, and says when they end', async (t) => {
  const check = (more: Record<string, string>) =>
    runToItsEnd(t, {
      command: ['cluster', 'config', 'check'],
      app: 'parrot',
      environment,
      files: { ...files, ...more },
    });
  const mismatched = await check({ '/tls/tls.key': second.key });
  assert.equal(mismatched.exitCode, 78);
  assert.match(mismatched.lastLine, /^TLS_KEY=\/tls\/tls\.key is not the key of that certificate/);
  const ending = await check({ '/tls/tls.crt': second.certificate, '/tls/tls.key': second.key });
  assert.equal(ending.exitCode, 0, ending.output);
  assert.match(ending.output, /warning: TLS_CERTIFICATE=\/tls\/tls\.crt ends in 10 days/);
});

async function getOverHttps(container: Container, path: string): Promise<IncomingMessage> {
  const options = { host: 'localhost', port: container.port(8443), path, ca: first.certificate, agent: false };
  const [response] = await onceInTime(request(options).end(), 'response');
  response.resume();
  return response;
}

/** @returns the certificate that the server shows */
async function handshake(container: Container, version?: SecureVersion): Promise<PeerCertificate> {
  const socket = connectTls({
    host: 'localhost',
    port: container.port(8443),
    rejectUnauthorized: false,
    // Node's own default would not offer old versions at all.
    ciphers: 'DEFAULT@SECLEVEL=0',
    ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
  });
  await onceInTime(socket, 'secureConnect');
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return certificate;
}

function fingerprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256;
}
