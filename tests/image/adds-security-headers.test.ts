// Every answer has the security headers, whoever gives it; what the app sets itself wins.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Container, serve } from './support/container.ts';

const files = {
  '/app/public/file.txt': 'a file',
  '/app/public/index.html': 'the single page',
  '/data/invoice.txt': 'an invoice',
};
/** What real frameworks bear in a real browser. */
const safe = {
  'content-security-policy': "base-uri 'self';object-src 'self';frame-ancestors 'self'",
  'origin-agent-cluster': '?1',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

test('on every answer: of the app, of a file, an error of either, a redirect, 304', async (t) => {
  const environment = { STATIC_INDEX: 'on', NGINX_PRIVATE_PATH: '/data', TRUSTED_PROXIES: 'private' };
  const container = await serve(t, { app: 'parrot', files, environment });
  const etag = (await container.get('/file.txt')).headers.get('etag') ?? '';
  const navigation = { accept: 'text/html' };
  const answers: [what: string, status: number, path: string, headers?: Record<string, string>][] = [
    ['an answer of the app', 200, '/say'],
    ['an error of the app', 404, '/nothing'],
    ['a crash of the app', 500, '/say?status=500'],
    ['a redirect', 302, '/say?status=302&header=Location:/'],
    ['a file', 200, '/file.txt'],
    ['a part of a file', 206, '/file.txt', { range: 'bytes=0-1' }],
    ['a file that has not changed', 304, '/file.txt', { 'if-none-match': etag }],
    ['an error of nginx', 416, '/file.txt', { range: 'bytes=100-' }],
    ['another one, as a page', 404, '/.error/html', navigation],
    ['the single page, in place of a 404 of the app', 200, '/deep/link', navigation],
    ['a file that the app had sent', 200, '/say?header=X-Accel-Redirect:/_private/invoice.txt'],
    ['the health path', 200, '/healthz'],
  ];
  for (const [what, status, path, headers = {}] of answers) {
    const found = await ask(container, path, headers);
    assert.equal(found.status, status, what);
    for (const [name, value] of Object.entries(safe)) assert.equal(found.headers.get(name), value, `${what}: ${name}`);
    assert.equal(found.headers.get('server'), null, what);
    assert.equal(found.headers.get('x-powered-by'), null, what);
    assert.equal(found.headers.get('strict-transport-security'), null, `${what}: HSTS without HTTPS`);
    assert.match(found.headers.get('x-request-id') ?? '', /^[\w.-]{8,128}$/, what);
  }

  // The app wins, header by header, also where nginx answers in its place.
  const own = 'header=X-Frame-Options:DENY&header=X-Powered-By:PHP&header=X-Request-Id:of-the-app';
  for (const [path, status, headers] of [
    [`/say?${own}`, 200, {}],
    [`/say?${own}&status=404`, 200, navigation],
    [`/say?${own}&header=X-Accel-Redirect:/_private/invoice.txt`, 200, {}],
  ] as const) {
    const found = await ask(container, path, headers);
    assert.equal(found.status, status);
    const { 'x-frame-options': _, ...others } = safe;
    assert.equal(found.headers.get('x-frame-options'), 'DENY', path);
    for (const [name, value] of Object.entries(others))
      assert.equal(found.headers.get(name), value, `${path}: ${name}`);
    assert.equal(found.headers.get('x-powered-by'), null);
    assert.match(found.headers.get('x-request-id') ?? '', /^(?!of-the-app)[\w.-]{8,128}$/);
  }

  // HTTPS that ends at a proxy that is trusted, and nowhere else.
  const secure = await ask(container, '/file.txt', { 'x-forwarded-proto': 'https' });
  assert.equal(secure.headers.get('strict-transport-security'), 'max-age=31536000; includeSubDomains');
});

test('SECURITY_HEADERS=strict: those that need an app to load its own things only', async (t) => {
  const container = await serve(t, { app: 'parrot', environment: { SECURITY_HEADERS: 'strict' } });
  const { headers } = await container.get('/say');
  assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin-allow-popups');
  assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
  const policy = headers.get('content-security-policy') ?? '';
  for (const directive of [
    "default-src 'self'",
    "form-action 'self'",
    "object-src 'none'",
    "script-src 'self' 'unsafe-inline'",
  ]) {
    assert.ok(policy.split(';').includes(directive), policy);
  }
  assert.doesNotMatch(policy, /upgrade-insecure-requests|script-src-attr/);
  // Without a trusted proxy nobody can claim to have come over HTTPS.
  const claimed = await container.get('/say', { headers: { 'x-forwarded-proto': 'https' } });
  assert.equal(claimed.headers.get('strict-transport-security'), null);
});

function ask(container: Container, path: string, headers: Record<string, string>): Promise<Response> {
  return container.get(path, { headers, redirect: 'manual' });
}
