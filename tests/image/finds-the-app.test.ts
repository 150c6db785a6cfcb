// The log says which file was chosen, why, and which others were passed over.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './support/container.ts';

const app = (name: string) =>
  `export default async (app) => { app.get('/', async () => ({ name: '${name}', argv: process.argv.slice(2) })); };\n`;
const files = { '/app/main.mjs': app('main'), '/app/jobs/start.mjs': app('start'), '/app/src/index.mjs': app('src') };
const startedBy = (start: string, others: object = {}) => JSON.stringify({ scripts: { start }, ...others });

test('the usual names, and what was passed over', async (t) => {
  const container = await serve(t, { files });
  assert.equal(((await (await container.get('/')).json()) as { name: string }).name, 'main');
  await container.printed(/runs app\/main\.mjs, the first of the usual names\n.*passed over: \/app\/src\/index\.mjs/);
});

test('APP_MODULE names another, APP_ARGS are its arguments', async (t) => {
  const container = await serve(t, {
    files,
    environment: { APP_MODULE: 'jobs/start.mjs', APP_ARGS: '--name "two words"' },
  });
  assert.deepEqual(await (await container.get('/')).json(), { name: 'start', argv: ['--name', 'two words'] });
  await container.printed(/runs app\/jobs\/start\.mjs, named by APP_MODULE/);
});

test('a start script runs as it is written: file, arguments, variables, flags', async (t) => {
  const container = await serve(t, {
    files: {
      '/app/package.json': startedBy(
        "cross-env GREETING='good day' NODE_ENV=staging PORT=3000 node --import ./instrument.mjs --env-file=.env -r ./first.cjs ./bin/www --port $PORT",
        { main: 'lib/index.js' },
      ),
      '/app/lib/index.js': 'exports.library = true;',
      '/app/.env': 'FROM_FILE=yes\nPORT=1\n',
      '/app/first.cjs': "globalThis.order = ['required'];",
      '/app/instrument.mjs':
        "import { setTimeout } from 'node:timers/promises'; await setTimeout(400); order.push('imported');",
      '/app/bin/www': `
        order.push(require.main === module ? 'main' : 'imported by someone');
        const { GREETING, NODE_ENV, FROM_FILE, PORT } = process.env;
        const facts = { order, argv: process.argv.slice(2), GREETING, NODE_ENV, FROM_FILE, PORT };
        require('node:http').createServer((req, res) => res.end(JSON.stringify(facts))).listen(3000);`,
    },
    environment: { APP_ARGS: '--more', WORKERS: '1' },
  });
  assert.deepEqual(await (await container.get('/')).json(), {
    order: ['required', 'imported', 'main'],
    argv: ['--port', '8080', '--more'],
    GREETING: 'good day',
    NODE_ENV: 'staging',
    FROM_FILE: 'yes',
    PORT: '8080',
  });
  await container.printed(
    /runs app\/bin\/www, `scripts\.start` of package\.json\n.*passed over: \/app\/lib\/index\.js/,
  );
  await container.printed(/`scripts\.start`: not used: PORT=3000 \(PORT is a setting of the image\)/);
});

test('variables of the container go before those of a start script', async (t) => {
  const container = await serve(t, {
    files: {
      '/app/package.json': startedBy('NODE_ENV=production LEVEL=a node main.cjs'),
      '/app/main.cjs': "exports.handler = (req, res) => res.end([process.env.NODE_ENV, process.env.LEVEL].join(' '));",
    },
    environment: { NODE_ENV: 'test', LEVEL: 'b', WORKERS: '1' },
  });
  assert.equal(await (await container.get('/')).text(), 'test b');
});

test('a reload follows a start script that has changed', async (t) => {
  const container = await serve(t, {
    files: {
      '/app/package.json': startedBy('A=1 node --title=one main.cjs first'),
      '/app/main.cjs':
        'exports.handler = (req, res) => res.end([process.env.A, process.execArgv.at(-1), ...process.argv.slice(2)].join());',
    },
    environment: { WORKERS: '1' },
  });
  assert.equal(await (await container.get('/')).text(), '1,--title=one,first');
  await container.copyIn({ '/app/package.json': startedBy('A=2 node --title=two main.cjs second') });
  assert.equal((await container.exec('cluster', 'reload')).exitCode, 0);
  assert.equal(await (await container.get('/')).text(), '2,--title=two,second');
  await container.copyIn({ '/app/package.json': startedBy('node --no-such-flag main.cjs') });
  const { exitCode, output } = await container.exec('cluster', 'reload');
  assert.equal(exitCode, 78);
  assert.match(output, /no worker was replaced: `scripts\.start` of package\.json: bad option: --no-such-flag/);
  assert.equal(await (await container.get('/')).text(), '2,--title=two,second');
});

test('TypeScript that a start script runs by a tool needs no tool', async (t) => {
  const container = await serve(t, {
    files: {
      '/app/package.json': startedBy('node --loader ts-node/esm src/start.ts'),
      '/app/src/start.ts':
        'enum Kind { A = "typed" }\nexport const handler = (_req: unknown, res: { end(text: string): void }) => res.end(Kind.A);',
    },
    environment: { WORKERS: '1' },
  });
  assert.equal(await (await container.get('/')).text(), 'typed');
  await container.printed(/not used: --loader ts-node\/esm \(TypeScript needs no loader here\)/);
});

test('a start script of another form is quoted, with what to set', async (t) => {
  const container = await serve(t, {
    files: { '/app/package.json': startedBy('npm run build && node server.mjs'), '/app/server.mjs': app('server') },
    environment: { WORKERS: '1' },
  });
  await container.printed(
    /`scripts\.start` of package\.json \(`npm run build && node server\.mjs`\) is not run: run `npm run build` in the Dockerfile, or in prestart\.sh .*set APP_MODULE=server\.mjs\n/,
  );
});

const handler = "export const handler = (req, res) => res.end('from the build');";
const listening =
  "import { createServer } from 'node:http'; createServer((req, res) => res.end('from the build')).listen(3000);";
const serveCommand = (name: string, command: string) => ({
  [`/app/node_modules/${name}/package.json`]: JSON.stringify({ name, type: 'module', bin: { [command]: 'bin.js' } }),
  [`/app/node_modules/${name}/bin.js`]:
    "#!/usr/bin/env node\nimport http from 'node:http'; const { handler } = await import(new URL(process.argv[2], 'file:///app/').href); http.createServer(handler).listen(3000);",
});
const esModules = { '/app/package.json': '{"type":"module"}' };

/** Outputs as small as they can be, of the shape that the frameworks' own have. */
const builds: [framework: string, files: Record<string, string>, entry: RegExp][] = [
  [
    'Nitro',
    { '/app/.output/server/index.mjs': listening },
    /runs app\/\.output\/server\/index\.mjs, the build of Nitro/,
  ],
  [
    'Analog',
    { '/app/dist/analog/server/index.mjs': listening, '/app/dist/analog/public/a.css': '' },
    /runs app\/dist\/analog\/server\/index\.mjs, the build of Analog/,
  ],
  [
    'SvelteKit',
    {
      ...esModules,
      '/app/build/index.js': listening,
      '/app/build/handler.js': handler,
      '/app/build/client/a.js': '',
      '/app/build/server/index.js': '',
    },
    /runs app\/build\/index\.js, the build of SvelteKit/,
  ],
  [
    'Astro',
    { '/app/dist/server/entry.mjs': handler, '/app/dist/client/a.css': '' },
    /runs app\/dist\/server\/entry\.mjs, the build of Astro/,
  ],
  [
    'Angular',
    {
      '/app/dist/shop/server/server.mjs': `${listening} if (process.argv[1] !== '/app/dist/shop/server/server.mjs') process.exit(1);`,
      '/app/dist/shop/browser/main.js': '',
      '/app/src/main.ts': "import { bootstrapApplication } from '@angular/platform-browser';",
    },
    /runs app\/dist\/shop\/server\/server\.mjs, the build of Angular/,
  ],
  [
    'Next.js',
    {
      '/app/.next/standalone/server.js':
        "process.chdir(__dirname); require('node:http').createServer((req, res) => res.end(require('node:fs').readFileSync('page.txt'))).listen(3000);",
      '/app/.next/standalone/page.txt': 'from the build',
      '/app/.next/standalone/.next/BUILD_ID': 'x',
    },
    /runs app\/\.next\/standalone\/server\.js, the build of Next\.js\n[\s\S]*\.next\/standalone\/\.next\/static is not there/,
  ],
  [
    'React Router',
    {
      ...esModules,
      ...serveCommand('@react-router/serve', 'react-router-serve'),
      '/app/build/server/index.js': handler,
      '/app/build/client/a.js': '',
    },
    /runs app\/node_modules\/@react-router\/serve\/bin\.js, which serves \.\/build\/server\/index\.js, the build of React Router/,
  ],
  [
    'Remix',
    {
      ...esModules,
      ...serveCommand('@remix-run/serve', 'remix-serve'),
      '/app/build/server/index.js': handler,
      '/app/build/client/a.js': '',
    },
    /which serves \.\/build\/server\/index\.js, the build of Remix/,
  ],
  [
    'Qwik',
    { ...esModules, '/app/server/entry.express.js': listening, '/app/dist/q-manifest.json': '{}' },
    /runs app\/server\/entry\.express\.js, the build of Qwik/,
  ],
  [
    'TanStack Start',
    {
      '/app/package.json': '{"type":"module","dependencies":{"@tanstack/react-start":"1"}}',
      '/app/dist/server/server.js': "export default { fetch: () => new Response('from the build') };",
      '/app/dist/client/a.js': '',
    },
    /runs app\/dist\/server\/server\.js, the build of TanStack Start/,
  ],
  [
    'AdonisJS',
    { ...esModules, '/app/build/bin/server.js': listening, '/app/build/ace.js': '' },
    /runs app\/build\/bin\/server\.js, the build of AdonisJS/,
  ],
  [
    'Nest',
    { ...esModules, '/app/dist/apps/api/main.js': listening, '/app/nest-cli.json': '{}' },
    /runs app\/dist\/apps\/api\/main\.js, the build of Nest/,
  ],
];
for (const [framework, build, printed] of builds) {
  test(`the build of ${framework}`, async (t) => {
    const container = await serve(t, { files: build, environment: { WORKERS: '1' } });
    assert.equal(await (await container.get('/')).text(), 'from the build');
    await container.printed(printed);
  });
}
