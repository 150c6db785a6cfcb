// A user is added, publishes a package with npm, and installs it back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const registry = 'http://127.0.0.1:8080';
const user = await fetch(`${registry}/-/user/org.couchdb.user:somebody`, {
  method: 'PUT',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ name: 'somebody', password: 'a-long-password' }),
});
assert.equal(user.status, 201);
const { token } = await user.json();
const npm = (folder, ...args) => {
  const settings = [`--registry=${registry}`, `--//127.0.0.1:8080/:_authToken=${token}`, '--cache=/tmp/cache'];
  return execFileSync('npm', [...args, ...settings], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
};
mkdirSync('/tmp/published');
mkdirSync('/tmp/installed');
writeFileSync('/tmp/published/package.json', '{"name":"published-here","version":"1.2.3","main":"index.js"}');
writeFileSync('/tmp/published/index.js', `module.exports = '${'x'.repeat(2_000_000)}';`);
writeFileSync('/tmp/installed/package.json', '{"private":true}');
npm('/tmp/published', 'publish');
npm('/tmp/installed', 'install', 'published-here');
const file = '/tmp/installed/node_modules/published-here/index.js';
assert.equal(readFileSync(file, 'utf8'), readFileSync('/tmp/published/index.js', 'utf8'));
