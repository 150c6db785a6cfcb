// Address, protocol, host and port are right for the app behind none, one and two proxies; nobody can claim another's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spoofed } from './support/clients.ts';
import { boot, type Container, serve } from './support/container.ts';
import { get, open, readToEnd, send } from './support/raw.ts';

interface Who {
  address: string;
  isSecure: boolean;
  headers: Record<string, string>;
}

test('without TRUSTED_PROXIES nothing that a client claims is believed, and every app sees the same', async (t) => {
  const container = await serve(t, { app: 'parrot', environment: { WORKERS: '1' } });
  const honest = await who(container, {});
  const { address, isSecure, headers } = await who(container, { ...spoofed, host: 'shop.example:8443' });
  assert.equal(address, honest.address);
  assert.equal(isSecure, false);
  assert.deepEqual(pick(headers), {
    host: 'shop.example:8443',
    'x-forwarded-for': address,
    'x-forwarded-proto': 'http',
    'x-real-ip': address,
  });
  // Where a request names two hosts, the app hears of the one that nginx went by; where it names none, of localhost.
  const absolute = await send(
    container,
    'GET http://first.example/who HTTP/1.1\r\nHost: second.example\r\nConnection: close\r\n\r\n',
  );
  assert.equal(JSON.parse(absolute.body).headers.host, 'first.example');
  assert.equal(JSON.parse((await send(container, 'GET /who HTTP/1.0\r\n\r\n')).body).headers.host, 'localhost');
  assert.equal((await send(container, 'GET /healthz HTTP/1.0\r\n\r\n')).status, 200);
  // One id in the log, in the answer and for the app: a valid one is kept, any other replaced.
  const kept = await get(container, '/who', { 'x-request-id': 'from-the-client_1' });
  assert.equal(kept.headers['x-request-id'], 'from-the-client_1');
  assert.equal(JSON.parse(kept.body).headers['x-request-id'], 'from-the-client_1');
  await container.printed(/"id":"from-the-client_1","client":"[^"]+","method":"GET","host":"test","path":"\/who"/);
  for (const id of ['short', 'x'.repeat(129), 'blank in it', '"}<script>']) {
    const replaced = await get(container, '/who', { 'x-request-id': id });
    assert.match(replaced.headers['x-request-id'] ?? '', /^[0-9a-f]{8}-\d+-\d+-\d+$/);
    assert.equal(JSON.parse(replaced.body).headers['x-request-id'], replaced.headers['x-request-id']);
  }
});

test('TRUSTED_PROXIES: behind one proxy, behind two, and with claims of the client in front of them', async (t) => {
  const container = await serve(t, {
    app: 'parrot',
    environment: { WORKERS: '1', TRUSTED_PROXIES: 'private,203.0.113.0/24' },
  });

  const balancer = await who(container, {
    'x-forwarded-for': '198.51.100.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
    host: 'shop.example',
  });
  assert.equal(balancer.address, '198.51.100.7');
  assert.equal(balancer.isSecure, true);
  assert.deepEqual(pick(balancer.headers), {
    host: 'shop.example',
    'x-forwarded-for': '198.51.100.7',
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
    'x-real-ip': '198.51.100.7',
  });

  // CloudFront, ALB, and a client that claims to be 192.0.2.1.
  const two = await who(container, {
    'x-forwarded-for': '192.0.2.1, 198.51.100.7, 203.0.113.9',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example',
    host: 'internal.alb.example',
  });
  assert.equal(two.address, '198.51.100.7');
  assert.equal(two.headers.host, 'shop.example');
  assert.equal(two.headers['x-forwarded-host'], undefined);

  // Lists and nonsense are not believed: a part of them may be the client's own.
  const nonsense = await who(container, {
    'x-forwarded-proto': 'https, http',
    'x-forwarded-host': 'evil.example, shop.example',
    'x-forwarded-port': '443, 80',
    host: 'shop.example',
  });
  assert.equal(nonsense.isSecure, false);
  assert.equal(nonsense.headers.host, 'shop.example');
  assert.equal(nonsense.headers['x-forwarded-port'], undefined);
  const ipv6 = await who(container, { 'x-forwarded-for': '2001:db8::7', 'x-forwarded-host': '[2001:db8::1]:8443' });
  assert.equal(ipv6.address, '2001:db8::7');
  assert.equal(ipv6.headers.host, '[2001:db8::1]:8443');
});

test('TRUSTED_PROXIES that the client is not one of: what it claims is not believed', async (t) => {
  const container = await serve(t, { app: 'parrot', environment: { WORKERS: '1', TRUSTED_PROXIES: '203.0.113.0/24' } });
  const { address, isSecure, headers } = await who(container, { ...spoofed, host: 'shop.example' });
  assert.notEqual(address, '203.0.113.7');
  assert.equal(isSecure, false);
  assert.equal(headers.host, 'shop.example');
  assert.equal(headers['x-forwarded-port'], undefined);
});

test('PROXY_PROTOCOL: the client is whom the protocol names, not whom a header does; without it nobody is let in', async (t) => {
  const container = await boot(t, {
    app: 'parrot',
    environment: { WORKERS: '1', PROXY_PROTOCOL: 'on', TRUSTED_PROXIES: 'private' },
  });
  // Not even the health path answers without it.
  await container.exec('sh', '-c', 'until [ -s /run/nginx/nginx.pid ]; do sleep 0.1; done');
  const say = async (preface: string) => {
    const socket = await open(container);
    const claims = Object.entries(spoofed).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`${preface}GET /who HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n${claims.join('')}\r\n`);
    return String(await readToEnd(socket));
  };
  const plain = JSON.parse((await say('PROXY TCP4 198.51.100.7 10.0.0.1 51000 80\r\n')).split('\r\n\r\n')[1] ?? '');
  assert.equal(plain.address, '198.51.100.7');
  assert.equal(plain.isSecure, false);
  assert.equal(plain.headers.host, 'shop.example');
  const secure = JSON.parse((await say('PROXY TCP6 2001:db8::7 2001:db8::1 51000 443\r\n')).split('\r\n\r\n')[1] ?? '');
  assert.equal(secure.address, '2001:db8::7');
  assert.equal(secure.isSecure, true);
  assert.doesNotMatch(await say(''), /address/);
  // The image's own health check speaks it.
  assert.equal((await container.exec('cluster', 'health')).exitCode, 0);
});

async function who(container: Container, headers: Record<string, string>): Promise<Who> {
  const { status, body } = await get(container, '/who', headers);
  assert.equal(status, 200, body);
  return JSON.parse(body);
}

/** What is said of the client. */
function pick(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => /^(host|forwarded|x-(forwarded-.*|real-ip))$/.test(name))
      .sort(),
  );
}
