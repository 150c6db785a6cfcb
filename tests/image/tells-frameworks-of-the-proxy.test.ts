// Frameworks that must be told to trust the proxy are told: their own protection is on, and refuses nobody.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Container, runToItsEnd, serve } from './support/container.ts';
import { buildFramework } from './support/frameworks.ts';

/** As a load balancer would say it; TRUSTED_PROXIES has to name it. */
const behindTls = { 'x-forwarded-proto': 'https' };
const believed = { TRUSTED_PROXIES: 'private' };

function hostOf(container: Container): string {
  return new URL(container.url('/')).host;
}

test('SvelteKit accepts a form without ORIGIN, over http and behind a load balancer with https', async (t) => {
  const container = await serve(t, { image: await buildFramework('sveltekit', 'build'), environment: believed });
  const host = hostOf(container);
  for (const [origin, headers] of [
    [`http://${host}`, {}],
    [`https://${host}`, behindTls],
  ] as const) {
    const body = new URLSearchParams({ name: 'Ada' });
    const response = await container.get('/', {
      method: 'POST',
      body,
      headers: { ...headers, origin, accept: 'text/html' },
    });
    assert.equal(response.status, 200);
    assert.match(await response.text(), new RegExp(`Hello Ada at ${origin}`));
    const who = (await (await container.get('/who', { headers })).json()) as { ip: string; origin: string };
    assert.equal(who.origin, origin);
    assert.match(who.ip, /^[\d.]+$/);
  }
  const foreign = { origin: 'https://evil.example' };
  const attack = await container.get('/', {
    method: 'POST',
    body: new URLSearchParams({ name: 'x' }),
    headers: foreign,
  });
  assert.equal(attack.status, 403);
});

test('Angular SSR renders with the client’s URL and address, and complains of no header', async (t) => {
  const image = await buildFramework('angular', 'dist/app');
  const environment = { ...believed, APP_MODULE: 'server/server.mjs', NG_ALLOWED_HOSTS: '127.0.0.1' };
  const container = await serve(t, { image, environment });
  const host = hostOf(container);
  const plain = await (await container.get('/?a=b')).text();
  assert.match(plain, new RegExp(`<p>http://${host}/\\?a=b for [\\d.]+</p>`));
  const secure = await (await container.get('/', { headers: { ...behindTls, 'x-forwarded-for': '192.0.2.7' } })).text();
  assert.match(secure, new RegExp(`<p>https://${host}/ for 192\\.0\\.2\\.7</p>`));
  assert.doesNotMatch((await container.stop()).output, /trustProxyHeaders/);
});

test('Auth.js signs in without AUTH_URL, with cookies that fit the client’s protocol', async (t) => {
  const container = await serve(t, { image: await buildFramework('auth-js'), environment: believed });
  for (const headers of [{}, behindTls]) {
    const origin = `${'x-forwarded-proto' in headers ? 'https' : 'http'}://${hostOf(container)}`;
    const asked = await container.get('/auth/csrf', { headers });
    assert.equal(asked.status, 200);
    const { csrfToken } = (await asked.json()) as { csrfToken: string };
    const signedIn = await container.get('/auth/callback/credentials', {
      method: 'POST',
      redirect: 'manual',
      headers: { ...headers, cookie: cookiesOf(asked) },
      body: new URLSearchParams({ csrfToken, name: 'Ada' }),
    });
    assert.equal(signedIn.status, 302);
    assert.equal(new URL(signedIn.headers.get('location') ?? '').origin, origin);
    const session = await container.get('/auth/session', { headers: { ...headers, cookie: cookiesOf(signedIn) } });
    assert.equal(((await session.json()) as { user?: { name: string } }).user?.name, 'Ada');
    assert.equal(cookiesOf(signedIn).includes('__Secure-'), 'x-forwarded-proto' in headers);
  }
});

test('what the user has set stays, and `cluster config` shows what is set and why', async (t) => {
  const files = { '/app/main.js': 'export const handler = (req, res) => res.end(process.env.AUTH_TRUST_HOST);' };
  const withAuth = {
    ...files,
    '/app/package.json': '{ "type": "module", "dependencies": { "@auth/core": "0.41.3" } }',
  };
  const valueIn = async (from: Record<string, string>, environment: Record<string, string> = {}) =>
    (
      await (
        await serve(t, { files: from, environment: { ADMIN_PORT: '9001', ...environment }, readyPath: '/' })
      ).get('/')
    ).text();
  assert.equal(await valueIn(withAuth), 'true');
  assert.equal(await valueIn(withAuth, { AUTH_TRUST_HOST: 'no' }), 'no');
  assert.equal(await valueIn(withAuth, { AUTH_TRUST_HOST: '' }), '');
  assert.equal(await valueIn(withAuth, { NGINX: 'off' }), '');
  assert.equal(await valueIn(files), '');
  const shown = await runToItsEnd(t, { files: withAuth, command: ['cluster', 'config'] });
  assert.match(shown.output, /^AUTH_TRUST_HOST +true +Auth\.js: X-Forwarded-Host never arrives/m);
});

function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}
