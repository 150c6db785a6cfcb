// The page comes with the script that reloads it.
import assert from 'node:assert/strict';

const page = await (await fetch('http://127.0.0.1:8080/', { headers: { accept: 'text/html' } })).text();
assert.match(page, /<h1>first<\/h1>/);
const [script] = /\/browser-sync\/browser-sync-client\.js\?v=[\d.]+/.exec(page) ?? [];
assert.ok(script);
assert.match(await (await fetch(`http://127.0.0.1:8080${script}`)).text(), /___browserSync___/);
