// Which security headers nginx.conf sets, and what they say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { securityHeadersOf } from '../../rootfs/usr/local/lib/cluster/nginx/config/helmet.ts';
import { below, has, render } from './support/nginx-outline.ts';

test('security headers: each where the app has none of its own, HSTS over HTTPS only', () => {
  const lines = render({});
  const names = below(lines, 'server > add_header ').flatMap((line) => line.match(/^(\S+) \$security_/)?.[1] ?? []);
  assert.ok(names.includes('Strict-Transport-Security') && names.length > 5);
  for (const name of names) {
    const variable = name.toLowerCase().replaceAll('-', '_');
    const source =
      name === 'Strict-Transport-Security' ? `$scheme:$upstream_http_${variable}` : `$upstream_http_${variable}`;
    const [entry = '', ...more] = below(lines, `map ${source} $security_${variable} > `);
    assert.deepEqual(more, []);
    assert.ok(entry.startsWith(name === 'Strict-Transport-Security' ? 'https: max-age' : ' '), entry);
  }
  assert.ok(!has(render({ SECURITY_HEADERS: 'off' }, { securityHeaders: [] }), /security_/));
});

test('the safe headers let every app work, the strict ones name what a page may load', () => {
  const headers = (level: 'safe' | 'strict') => Object.fromEntries(securityHeadersOf(level));
  const directives = (policy = '') => policy.split(';').sort();
  const safe = headers('safe');
  assert.deepEqual(directives(safe['Content-Security-Policy']), [
    "base-uri 'self'",
    "frame-ancestors 'self'",
    "object-src 'self'",
  ]);
  assert.equal(safe['Referrer-Policy'], 'strict-origin-when-cross-origin');
  assert.ok(!('Cross-Origin-Opener-Policy' in safe) && !('Cross-Origin-Resource-Policy' in safe));
  const strict = headers('strict');
  const strictPolicy = directives(strict['Content-Security-Policy']);
  assert.ok(strictPolicy.includes("default-src 'self'") && strictPolicy.includes("script-src 'self' 'unsafe-inline'"));
  assert.ok(!strictPolicy.some((directive) => /script-src-attr|upgrade-insecure/.test(directive)));
  assert.equal(strict['Cross-Origin-Opener-Policy'], 'same-origin-allow-popups');
  assert.equal(strict['Cross-Origin-Resource-Policy'], 'same-origin');
  assert.equal(strict['Referrer-Policy'], 'strict-origin-when-cross-origin');
});
