// What an app's listen() calls mean: the first HTTP server is the app, whatever it asked for; others work as written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/deadline.ts';
import { type Container, type Options, runToItsEnd, serve } from './support/container.ts';

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

const twoServers = `
const http = require('node:http');
http.createServer((req, res) => res.end('metrics')).listen(9464);
setTimeout(() => http.createServer((req, res) => res.end('from the app')).listen(3000), 50);
`;

test('of several servers, none on PORT, the first is served, and one warning says how to choose', async (t) => {
  const container = await serve(t, { files: { '/app/main.cjs': twoServers }, environment: { WORKERS: '2' } });
  await container.printed(/worker 1 .*is ready/);
  assert.equal(await (await container.get('/')).text(), 'metrics');
  const warnings = container.output.match(/.*warning: the app listens on .*/g) ?? [];
  assert.deepEqual(warnings.length, 1, container.output);
  assert.match(
    warnings[0] ?? '',
    /ports 9464 and 3000, and none of them is PORT=8080: nginx serves port 9464, the first\. Set APP_PORT=3000 to serve another one, or APP_PORT=9464 to keep it\./,
  );
});

test('APP_PORT says which of several servers is the app', async (t) => {
  const container = await serve(t, {
    files: { '/app/main.cjs': twoServers },
    environment: { WORKERS: '2', APP_PORT: '3000' },
  });
  assert.equal(await (await container.get('/')).text(), 'from the app');
  assert.doesNotMatch(container.output, /warning: the app listens on/);
  assert.equal(await fetchInside(container, 9464), 'metrics');
});

/** What every worker binds beside its HTTP server, and what says in the container that it works. */
const besides: Record<string, { source: string; check: string; expected: RegExp }> = {
  'a UDP port is shared by the workers': {
    source: `require('node:dgram').createSocket('udp4', (message, from) => console.log('udp:', String(message))).bind(8125, () => console.log('udp bound'));`,
    check: `const s = require('node:dgram').createSocket('udp4'); s.send('a datagram', 8125, '127.0.0.1', () => setTimeout(() => s.close(), 500));`,
    expected: /udp: a datagram/,
  },
  'a UDP port with address and options, too': {
    source: `const s = require('node:dgram').createSocket({ type: 'udp4' }); s.on('message', (message) => console.log('udp:', String(message))); s.bind({ port: 8126, address: '127.0.0.1' });`,
    check: `const s = require('node:dgram').createSocket('udp4'); s.send('by options', 8126, '127.0.0.1', () => setTimeout(() => s.close(), 500));`,
    expected: /udp: by options/,
  },
  'a multicast socket (mDNS) is shared, as it asks': {
    source: `const s = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: true }); s.bind(5353, () => console.log('multicast', JSON.stringify(s.address())));`,
    check: '0',
    expected: /multicast {"address":"0\.0\.0\.0","family":"IPv4","port":5353}/,
  },
  'a UDP socket without a port gets one of its own': {
    source: `const s = require('node:dgram').createSocket('udp4'); s.bind(() => console.log('own port', s.address().port > 0));`,
    check: '0',
    expected: /own port true/,
  },
  'a unix socket of its own belongs to worker 0': {
    source: `require('node:net').createServer((socket) => socket.end('worker ' + process.env.NODE_APP_INSTANCE)).listen('/tmp/control.sock');`,
    check: `require('node:net').connect('/tmp/control.sock').on('data', (text) => console.log('control:', String(text)));`,
    expected: /control\.sock belongs to worker 0[\s\S]*control: worker 0/,
  },
  'a TCP server that is not HTTP is shared by the workers': {
    source: `require('node:net').createServer((socket) => socket.end('raw')).listen(7000);`,
    check: `require('node:net').connect(7000).on('data', (text) => console.log('tcp:', String(text)));`,
    expected: /tcp: raw/,
  },
  'an HTTP/2 server (gRPC) before the HTTP server is a further port': {
    source: `require('node:http2').createServer((req, res) => res.end('grpc')).listen(50051);`,
    check: `const c = require('node:http2').connect('http://127.0.0.1:50051'); c.request({}).on('data', (text) => { console.log('http2:', String(text)); c.close(); });`,
    expected: /http2: grpc/,
  },
  'an HTTPS server before the HTTP server is a further port': {
    source: `require('node:https').createServer({}, () => {}).listen(8444, () => console.log('https listens'));`,
    check: `require('node:net').connect(8444).on('connect', function () { console.log('https: connected'); this.destroy(); });`,
    expected: /https: connected/,
  },
};
for (const [promise, { source, check, expected }] of Object.entries(besides)) {
  test(`beside HTTP: ${promise}`, async (t) => {
    const main = `${source}\nsetTimeout(() => require('node:http').createServer(${answer}).listen(3000), 100);`;
    const container = await serve(t, { files: { '/app/main.cjs': main }, environment: { WORKERS: '2' } });
    await container.printed(/worker 1 .*is ready/);
    assert.equal(await (await container.get('/')).text(), 'from the app');
    const { output } = await container.exec('node', '--eval', check);
    if (expected.test(container.output + output)) return;
    await container.printed(expected);
  });
}

test('worker 0 takes its unix socket over in a reload', async (t) => {
  const main = `require('node:net').createServer((socket) => socket.end('pid ' + process.pid)).listen('/tmp/control.sock');
require('node:http').createServer(${answer}).listen(3000);`;
  const container = await serve(t, { files: { '/app/main.cjs': main }, environment: { WORKERS: '2' } });
  await container.printed(/worker 1 .*is ready/);
  const ask = async () =>
    (await container.exec('node', '--eval', `require('node:net').connect('/tmp/control.sock').pipe(process.stdout)`))
      .output;
  const before = await ask();
  assert.equal((await container.exec('cluster', 'reload')).exitCode, 0);
  const after = await ask();
  assert.match(after, /^pid \d+$/);
  assert.notEqual(after, before);
});

for (const [idiom, source] of Object.entries({
  'a stale socket is removed, and chmod follows': `
if (fs.existsSync('/tmp/own.sock')) fs.unlinkSync('/tmp/own.sock');
net.createServer((socket) => socket.end('pid ' + process.pid)).listen('/tmp/own.sock', () => fs.chmodSync('/tmp/own.sock', 0o660));`,
  'it is removed at the end, too': `
net.createServer((socket) => socket.end('pid ' + process.pid)).listen('/tmp/own.sock', () => fs.chmodSync('/tmp/own.sock', 0o660));
process.on('SIGTERM', () => { try { fs.unlinkSync('/tmp/own.sock'); } catch {} process.exit(0); });`,
})) {
  test(`a unix socket of the app’s is there in two workers and after a reload: ${idiom}`, async (t) => {
    const main = `const fs = require('node:fs'), net = require('node:net');${source}
require('node:http').createServer(${answer}).listen(3000);`;
    const container = await serve(t, { files: { '/app/main.cjs': main }, environment: { WORKERS: '2' } });
    await container.printed(/worker 1 .*is ready/);
    const ask = () =>
      until(
        'an answer on /tmp/own.sock',
        async () => {
          const script = `require('node:net').connect('/tmp/own.sock').on('error', () => {}).pipe(process.stdout)`;
          return (await container.exec('node', '--eval', script)).output;
        },
        (output) => /^pid \d+$/.test(output),
      );
    const before = await ask();
    assert.equal((await container.exec('cluster', 'reload')).exitCode, 0);
    const after = await ask();
    assert.notEqual(after, before);
    assert.doesNotMatch(container.output, /crashed/);
  });
}

test('a probe for a free port on PORT (get-port-please, detect-port) succeeds in every worker and at a reload', async (t) => {
  const main = `
const probe = require('node:net').createServer().on('error', (error) => { throw error; });
probe.listen(Number(process.env.PORT), () => probe.close(() => require('node:http').createServer(${answer}).listen(process.env.PORT)));`;
  const container = await serve(t, { files: { '/app/main.cjs': main }, environment: { WORKERS: '2' } });
  await container.printed(/worker 1 .*is ready/);
  assert.equal((await container.exec('cluster', 'reload')).exitCode, 0);
  assert.equal(await (await container.get('/')).text(), 'from the app');
  assert.doesNotMatch(container.output, /further port|crashed|warning/);
});

test('a further HTTP server on a net.BoundSocket works as in Node', async (t) => {
  const main = `
const net = require('node:net'), http = require('node:http');
http.createServer(${answer}).listen(process.env.PORT, () =>
  http.createServer((request, response) => response.end('admin')).listen(new net.BoundSocket({ port: 5000 })));`;
  const container = await serve(t, { files: { '/app/main.cjs': main }, environment: { WORKERS: '1' } });
  assert.equal(await (await container.get('/')).text(), 'from the app');
  assert.equal(await fetchInside(container, 5000), 'admin');
});

test('listen({ fd }) of an HTTP server is served, and of another server works as in Node', async (t) => {
  const main = `
const net = require('node:net');
const raw = net.createServer((socket) => socket.end('by descriptor')).listen(7001, () => {
  const http = require('node:http');
  http.createServer(${answer}).listen({ fd: raw._handle.fd });
});
`;
  const container = await serve(t, { files: { '/app/main.cjs': main }, environment: { WORKERS: '2' } });
  assert.equal(await (await container.get('/')).text(), 'from the app');
});

test('an app that wants the port of ADMIN_PORT is told so', async (t) => {
  const main = `require('node:http').createServer(${answer}).listen(3000); require('node:http').createServer(() => {}).listen(9000);`;
  const end = await runToItsEnd(t, { files: { '/app/main.cjs': main } });
  assert.notEqual(end.exitCode, 0);
  assert.match(end.output, /port 9000 is ADMIN_PORT of this image\. Set ADMIN_PORT to another port, or to off\./);
});

for (const [launcher, { source, command }] of Object.entries({
  'fork()': {
    source: `require('node:child_process').fork('/app/server.cjs', ['--flag']);`,
    command:
      /server\.cjs --flag` \(pid \d+\), which it has started, listens on port 3000, where nginx does not reach it\. Set APP_MODULE=server\.cjs and APP_ARGS="--flag"\./,
  },
  'a shell': {
    source: `require('node:child_process').spawn('sh', ['-c', 'node server.cjs & wait'], { stdio: 'inherit' });`,
    command: /`node server\.cjs` \(pid \d+\), .* Set APP_MODULE=server\.cjs\./,
  },
  'a worker thread': {
    source: `new (require('node:worker_threads').Worker)('/app/server.cjs');`,
    command: /it listens on port 3000, but not with an HTTP server of its main thread/,
  },
})) {
  test(`a launcher is named with what it has started: ${launcher}`, async (t) => {
    const server = `require('node:http').createServer(${answer}).listen(3000);`;
    const end = await runToItsEnd(t, {
      files: { '/app/main.cjs': source, '/app/server.cjs': server },
      environment: { BOOT_TIMEOUT: '3' },
    });
    assert.equal(end.exitCode, 1);
    assert.match(end.lastLine, command);
  });
}

async function fetchInside(container: Container, port: number): Promise<string> {
  const ask = `fetch('http://127.0.0.1:${port}/').then(async (r) => process.stdout.write(await r.text()))`;
  return (await container.exec('node', '--eval', ask)).output;
}

const refused: Record<string, { files: Options['files']; reason: RegExp }> = {
  HTTPS: {
    files: { '/app/main.cjs': "require('node:https').createServer({}, () => {}).listen(3000);" },
    reason: /opens an HTTPS or secure HTTP\/2 server on port 3000, but TLS and HTTP\/2 end at nginx here/,
  },
  'HTTP/2': {
    files: { '/app/main.cjs': "require('node:http2').createServer(() => {}).listen(3000);" },
    reason: /opens an HTTP\/2 \(gRPC\) server on port 3000, but TLS and HTTP\/2 end at nginx here/,
  },
};
for (const [what, { files, reason }] of Object.entries(refused)) {
  test(`${what} alone is refused, with what to write instead`, async (t) => {
    const end = await runToItsEnd(t, { files: files ?? {}, environment: { BOOT_TIMEOUT: '3' } });
    assert.equal(end.exitCode, 1);
    assert.match(end.lastLine, reason);
  });
}
