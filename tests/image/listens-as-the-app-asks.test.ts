// What an app's listen() calls mean: the first HTTP server is the app, whatever it asked for; others work as written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Options, runToItsEnd, serve } from './support/container.ts';

const answer = "(req, res) => res.end('from the app')";

/** An app in one file, whose answer to GET / is expected. */
const forms: Record<string, string> = {
  'after words to its parent, as for pm2': `process.send(null); process.send('ready'); process.send({ type: 'ready' }); setTimeout(() => require('node:http').createServer(${answer}).listen(3000), 500);`,
  'a port': `require('node:http').createServer(${answer}).listen(3000);`,
  'a port as text': `require('node:http').createServer(${answer}).listen('3000');`,
  'port, host and callback': `require('node:http').createServer(${answer}).listen(3000, '0.0.0.0', () => {});`,
  'an options object': `require('node:http').createServer(${answer}).listen({ port: 3000, host: '127.0.0.1', exclusive: true });`,
  'a host that does not resolve': `require('node:http').createServer(${answer}).listen(3000, 'no-such-host.invalid');`,
  'none: a server is exported': `module.exports = require('node:http').createServer(${answer});`,
  'none: a plugin is exported, minified': `module.exports=async function(e,t){e.get("/",(async(e,t)=>t.send("from the app")))};`,
  'none: a comment and a text have the words, and a timer is open': `exports.handler = ${answer}; // server.listen(3000)
    console.log('next: app.listen(3000)'); setInterval(() => {}, 1000);`,
  'none: the call is there, never comes, and a timer is open': `exports.handler = ${answer}; setInterval(() => {}, 1000);
    if (process.env.NEVER) require('node:http').createServer(exports.handler).listen(3000);`,
  PORT: `require('node:http').createServer(${answer}).listen(process.env.PORT);`,
  'a path of its own, with chmod': `const s = require('node:http').createServer(${answer}).listen('/tmp/own.sock', () => require('node:fs').chmodSync('/tmp/own.sock', 0o777));`,
  'a second later': `setTimeout(() => require('node:http').createServer(${answer}).listen(3000), 1000);`,
  'a subclass of http.Server': `const http = require('node:http'); class S extends http.Server {} ; new S(${answer}).listen(3000);`,
  'module.exports and listen() a second later': `const app = ${answer}; exports.handler = app; setTimeout(() => require('node:http').createServer((req, res) => res.end('from the app')).listen(3000), 500);`,
  'only if it is the main module': `const app = ${answer}; exports.handler = app; if (require.main === module) require('node:http').createServer(app).listen(3000);`,
  'after a throw-away server on port 0': `const http = require('node:http'); http.createServer().listen(0, () => http.createServer(${answer}).listen(3000));`,
  'in a worker of node:cluster': `const cluster = require('node:cluster'); if (cluster.isPrimary) { cluster.fork(); } else require('node:http').createServer(${answer}).listen(3000);`,
};

for (const [form, source] of Object.entries(forms)) {
  test(`listen(): ${form}`, async (t) => {
    const container = await serve(t, { files: { '/app/main.cjs': source } });
    assert.equal(await (await container.get('/')).text(), 'from the app');
  });
}

test('address() answers what was asked for', async (t) => {
  const container = await serve(t, {
    files: {
      '/app/main.cjs': `const s = require('node:http').createServer(${answer}).listen(3000, '0.0.0.0', () => console.log('address', JSON.stringify(s.address())));`,
    },
  });
  await container.printed(/address {"address":"0\.0\.0\.0","family":"IPv4","port":3000}/);
});

const metrics = (order: string) => `
const http = require('node:http');
const metrics = http.createServer((req, res) => res.end(\`metrics of \${process.env.NODE_APP_INSTANCE} for \${req.socket.remoteAddress}\`));
const app = http.createServer(${answer});
${order}
`;
for (const [name, order] of Object.entries({
  'after the app': 'app.listen(process.env.PORT); metrics.listen(9464);',
  'before the app': 'metrics.listen(9464, () => setTimeout(() => app.listen(process.env.PORT), 100));',
})) {
  test(`a metrics server that listens ${name} keeps its port, shared by the workers`, async (t) => {
    const container = await serve(t, { files: { '/app/main.cjs': metrics(order) }, environment: { WORKERS: '2' } });
    await container.printed(/worker 1 .*is ready/);
    assert.equal(await (await container.get('/')).text(), 'from the app');
    const ask = "fetch('http://127.0.0.1:9464/').then(async (r) => console.log(await r.text()))";
    const { output } = await container.exec('node', '--eval', ask);
    assert.match(output, /metrics of [01] for (::ffff:)?127\.0\.0\.1/);
  });
}

test('child processes and threads of the app are not intercepted', async (t) => {
  const child = `require('node:http').createServer((req, res) => res.end('child')).listen(9500, () => console.log('child listens on', JSON.stringify(require('node:cluster').isPrimary)));`;
  const container = await serve(t, {
    files: {
      '/app/child.cjs': child,
      '/app/main.cjs': `
require('node:http').createServer(${answer}).listen(3000);
require('node:child_process').fork('/app/child.cjs');
new (require('node:worker_threads').Worker)('console.log("thread runs")', { eval: true });
`,
    },
    environment: { WORKERS: '1' },
  });
  await container.printed(/child listens on true/);
  await container.printed(/thread runs/);
  const { output } = await container.exec(
    'node',
    '--eval',
    "fetch('http://127.0.0.1:9500/').then(async (r) => console.log(await r.text()))",
  );
  assert.equal(output.trim(), 'child');
  assert.equal(await (await container.get('/')).text(), 'from the app');
});

const refused: Record<string, { files: Options['files']; reason: RegExp }> = {
  HTTPS: {
    files: { '/app/main.cjs': "require('node:https').createServer({}, () => {}).listen(3000);" },
    reason: /opens an HTTPS or secure HTTP\/2 server on port 3000, but TLS and HTTP\/2 end at nginx here/,
  },
  'HTTP/2': {
    files: { '/app/main.cjs': "require('node:http2').createServer(() => {}).listen(3000);" },
    reason: /opens an HTTP\/2 server on port 3000/,
  },
};
for (const [what, { files, reason }] of Object.entries(refused)) {
  test(`${what} is refused, with what to write instead`, async (t) => {
    const end = await runToItsEnd(t, { files: files ?? {} });
    assert.equal(end.exitCode, 1);
    assert.match(end.lastLine, reason);
  });
}
