// An image whose app is not where it has to be never serves: it ends with 78, and names the folder where the files are.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { buildFiles } from './support/build.ts';
import { runToItsEnd, serve } from './support/container.ts';

const app = {
  'package.json': '{}',
  'server.js': "require('node:http').createServer((_, response) => response.end('app')).listen(3000);\n",
};

/** Dockerfiles of other images, and their mistakes; and what the last line says. */
const wrong: Record<string, { lines: string[]; files?: Record<string, string>; reason: RegExp }> = {
  'WORKDIR /usr/src/app': {
    lines: ['WORKDIR /usr/src/app', 'COPY . .'],
    reason: /no app found in \/app, but \/usr\/src\/app has package\.json, server\.js\. .*`WORKDIR \/app`/,
  },
  'WORKDIR /home/node/app': {
    lines: ['WORKDIR /home/node/app', 'COPY . .'],
    reason: /\/home\/node\/app has package\.json/,
  },
  'COPY . /srv': { lines: ['COPY . /srv'], reason: /but \/srv has package\.json, server\.js\./ },
  'COPY . /': { lines: ['COPY . /'], reason: /but \/ has package\.json, server\.js\./ },
  'a working folder without an app': {
    lines: ['WORKDIR /var/www', 'COPY .dockerignore .'],
    reason: /no app found in \/app, and the working folder is \/var\/www\./,
  },
  'a folder of /app': {
    lines: ['COPY . /app/shop'],
    reason: /shop\/server\.js calls listen\(\): set APP_MODULE=shop\/server\.js\./,
  },
  'a context in which there is nothing': {
    lines: ['COPY . .'],
    files: {},
    reason: /no app found in \/app\. Looked for/,
  },
  'an empty folder of a build': {
    lines: ['COPY dist /app'],
    files: { 'dist/.keep': '' },
    reason: /no app found in \/app\./,
  },
};
for (const [name, { lines, files = app, reason }] of Object.entries(wrong)) {
  test(name, async (t) => {
    const context = { ...files, '.dockerignore': 'Dockerfile\n**/.keep\n' };
    if (Object.keys(files).length === 0) context['.dockerignore'] = '*\n';
    const dockerfile = ['FROM node-nginx-fastify:26', ...lines, ''].join('\n');
    const image = await buildFiles('wrong-deploy', { ...context, Dockerfile: dockerfile });
    const end = await runToItsEnd(t, { image });
    assert.match(end.lastLine, reason);
    assert.equal(end.exitCode, 78);
    // As `RUN cluster config check` would have said at build time.
    const check = await runToItsEnd(t, { image, command: ['cluster', 'config', 'check'] });
    assert.match(check.lastLine, reason);
    assert.equal(check.exitCode, 78);
  });
}

test('an image that only sets variables and adds packages is still the bare one', async (t) => {
  const dockerfile =
    'FROM node-nginx-fastify:26\nENV GREETING=hello\nUSER root\nRUN touch /etc/of-mine && mkdir /opt/tools\nUSER 1000:0\n';
  const image = await buildFiles('bare', { Dockerfile: dockerfile });
  const container = await serve(t, { image });
  assert.match(await (await container.get('/')).text(), /COPY \. \/app/);
});

let site: string;
before(async () => {
  const dockerfile = 'FROM node-nginx-fastify:26\nCOPY . .\n';
  const files = { 'public/index.html': '<h1>Home</h1>', 'public/docs/index.html': '<h1>Docs</h1>', 'README.md': '' };
  site = await buildFiles('static-site', { Dockerfile: dockerfile, ...files });
});

test('files in public/ alone are a static site', async (t) => {
  const container = await serve(t, { image: site });
  assert.equal(await (await container.get('/')).text(), '<h1>Home</h1>');
  assert.equal(await (await container.get('/docs/')).text(), '<h1>Docs</h1>');
  const missing = await container.get('/missing');
  assert.equal(missing.status, 404);
  assert.match(await missing.text(), /Not found/);
  await container.printed(/since there is no app: a static site, and nginx serves \/app\/public/);
});

test('but not without nginx', async (t) => {
  const end = await runToItsEnd(t, { image: site, environment: { NGINX: 'off' } });
  assert.equal(end.exitCode, 78);
  assert.match(end.lastLine, /no app found in \/app\./);
});

test('an image that was left as root by mistake says so, once', async (t) => {
  const files = { Dockerfile: 'FROM node-nginx-fastify:26\nUSER root\nRUN true\nCOPY . .\n', ...app };
  const image = await buildFiles('left-as-root', files);
  const container = await serve(t, { image, environment: { WORKERS: '2' } });
  const { output } = await container.stop();
  assert.equal(output.match(/warning: runs as root, which the image does not need\..*`USER 1000:0`/g)?.length, 1);
  const { output: asItIs } = await (await serve(t, { app: 'workshop' })).stop();
  assert.doesNotMatch(asItIs, /runs as root/);
});
