// An app that cannot start ends the container with a non-zero code, and the last line that it prints is the reason.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { until } from '../support/deadline.ts';
import { boot, type Options, runToItsEnd, serve } from './support/container.ts';

const unreadable = mkdtempSync(join(tmpdir(), 'unreadable-'));
chmodSync(unreadable, 0);
const ofAnother = mkdtempSync(join(tmpdir(), 'of-another-'));
chmodSync(ofAnother, 0o755);
after(() => {
  rmdirSync(unreadable);
  rmdirSync(ofAnother);
});

interface Case {
  name: string;
  options: Options;
  exitCode: number;
  reason: RegExp;
}

const cases: Case[] = [
  {
    name: 'an app that throws at import',
    options: { app: 'throws-at-import' },
    exitCode: 1,
    reason: /app\/main\.js: the app exited with code 1 before it was ready: Error: no database here$/,
  },
  {
    name: 'an app that exits by itself keeps its code',
    options: { app: 'exits-with-3' },
    exitCode: 3,
    reason: /app\/main\.js: the app exited with code 3 before it was ready/,
  },
  {
    name: 'an app that calls process.exit() without a word',
    options: { files: { '/app/main.mjs': "import 'node:fs';\nprocess.exit(7);\n" } },
    exitCode: 7,
    reason:
      /app\/main\.mjs: the app exited with code 7 before it was ready: process\.exit\(\) was called at \/app\/main\.mjs:2:9, and no error was thrown$/,
  },
  {
    name: 'an app whose packages were not installed',
    options: {
      files: {
        '/app/package.json': '{"type":"module","dependencies":{"express":"^5.0.0"}}',
        '/app/main.js': "import express from 'express';\nexpress().listen(3000);\n",
      },
    },
    exitCode: 1,
    reason: /^\[cluster\] \/app has no node_modules\. Write `COPY package\*\.json \.\/` and `RUN npm ci` before/,
  },
  {
    name: 'an app whose two servers listen on one port',
    options: {
      files: {
        '/app/main.cjs':
          "const http = require('node:http'); http.createServer().listen(3000); http.createServer().listen(3000);\n",
      },
    },
    exitCode: 1,
    reason: /EADDRINUSE: address already in use :::3000$/,
  },
  {
    name: 'an app whose child process has PORT',
    options: {
      files: {
        '/app/main.cjs': `const server = "require('node:http').createServer((_, r) => r.end()).listen(8080, () => console.log('has it'))";
          require('node:child_process').spawn('node', ['--eval', server]).stdout.once('data', () => require('node:http').createServer().listen(3000));
        `,
      },
    },
    exitCode: 1,
    reason:
      /PORT=8080 is taken: `node --eval require.* listens on port 8080 of this container\. Give it another port, or/,
  },
  {
    name: 'an app that nothing keeps running',
    options: {
      files: {
        '/app/main.cjs': "const http = require('node:http'); http.createServer().listen(process.env.PORT).unref();\n",
      },
      environment: { WORKERS: '1' },
    },
    exitCode: 1,
    reason: /exited with code 0.*: the app's event loop became empty: nothing keeps it running/,
  },
  {
    name: 'an app for Bun',
    options: { files: { '/app/index.ts': "Bun.serve({ port: 3000, fetch: () => new Response('hi') });\n" } },
    exitCode: 1,
    reason:
      /app\/index\.ts: .*: ReferenceError: Bun is not defined\. .*in place of Bun\.serve\(\) write `export default \{ fetch \}`/,
  },
  {
    name: 'an app for Deno',
    options: { files: { '/app/main.ts': "Deno.serve(() => new Response('hi'));\n" } },
    exitCode: 1,
    reason: /Deno is not defined\. .*in place of Deno\.serve\(\) write `export default \{ fetch \}`/,
  },
  {
    name: 'a request listener as the default export, minified',
    options: { files: { '/app/main.mjs': 'export default(e,t)=>{t.end(e.url)};\n' } },
    exitCode: 1,
    reason: /main\.mjs: the default export is a function that uses `t\.end`, .*write `export const handler = …`/,
  },
  {
    name: 'a start script with a flag that Node does not have',
    options: { files: { '/app/package.json': '{"scripts":{"start":"node --foo main.js"}}', '/app/main.js': '' } },
    exitCode: 78,
    reason: /`scripts\.start` of package\.json: bad option: --foo\. .*set APP_MODULE to the file/,
  },
  {
    name: 'a start script with a file of variables that is not there',
    options: {
      files: { '/app/package.json': '{"scripts":{"start":"node --env-file=.env main.js"}}', '/app/main.js': '' },
    },
    exitCode: 78,
    reason: /`scripts\.start` of package\.json: \.env: not found/,
  },
  {
    name: 'a start script of another form, without a file of a usual name',
    options: { files: { '/app/package.json': '{"scripts":{"start":"bun run api.ts"}}', '/app/api.ts': '' } },
    exitCode: 78,
    reason: /no app found in \/app\. .*\(`bun run api\.ts`\) is not run: .*set APP_MODULE=api\.ts, and write/,
  },
  {
    name: 'a server in a sub-folder',
    options: { files: { '/app/backend/server.js': "require('node:http').createServer().listen(3000);\n" } },
    exitCode: 78,
    reason: /no app found in \/app\. .*backend\/server\.js calls listen\(\): set APP_MODULE=backend\/server\.js\./,
  },
  {
    name: 'a project of Angular that is not built',
    options: {
      files: {
        '/app/angular.json': '{}',
        '/app/src/main.ts':
          "import { bootstrapApplication } from '@angular/platform-browser';\nbootstrapApplication({});\n",
      },
    },
    exitCode: 78,
    reason:
      /the sources of a Angular project, without its build\. Build it in the Dockerfile .*dist\/NAME\/server\/server\.mjs is found then\.$/,
  },
  {
    name: 'an app that never listens',
    options: { app: 'never-listens', environment: { BOOT_TIMEOUT: '1s' } },
    exitCode: 1,
    reason: /app\/main\.js: not listening after 1 s\. .*BOOT_TIMEOUT/,
  },
  {
    name: 'an app that runs to its end without listening',
    options: { app: 'ends-without-listening' },
    exitCode: 1,
    reason: /app\/main\.js: it ran to its end without listening\. Export one of: a Fastify plugin,.*or call listen\(\)/,
  },
  {
    name: 'an app that exports something else',
    options: { app: 'exports-an-object' },
    exitCode: 1,
    reason: /app\/index\.js: the default export is an object \(Object\) with routes\. Export one of: a Fastify plugin/,
  },
  ...['PORT', 'ADMIN_PORT'].map((name) => ({
    name: `${name}=80 where this user may not open it`,
    options: {
      app: 'parrot',
      environment: { [name]: '80' },
      hostConfig: { Sysctls: { 'net.ipv4.ip_unprivileged_port_start': '1024' } },
    },
    exitCode: 78,
    reason: new RegExp(
      `${name}=80: user 1000 may open only ports from 1024 on here \\(EACCES\\)\\. Set ${name} to a port above 1023, .*--sysctl net\\.ipv4\\.ip_unprivileged_port_start=80.*NET_BIND_SERVICE`,
    ),
  })),
  {
    name: 'a syntax error in TypeScript',
    options: {
      files: {
        '/app/main.ts': 'export default async function app(server) {\n  server.get("/" async () => "up");\n}\n',
      },
    },
    exitCode: 1,
    reason: /app\/main\.ts: .*main\.ts:2:18: Expected ',', got 'async'$/,
  },
  {
    name: 'a module that is not installed',
    options: { files: { '/app/main.mjs': "import 'left-pad';\n" } },
    exitCode: 1,
    reason: /^\[cluster\] left-pad is not in package\.json\. Add it with `npm install left-pad`/,
  },
  {
    name: 'an app that takes more memory than there is',
    options: {
      files: { '/app/main.mjs': 'const kept = [];\nfor (;;) kept.push(Buffer.alloc(1e7, 1));\n' },
      limits: { memoryMb: 200 },
    },
    exitCode: 137,
    reason:
      /app\/main\.mjs: the app was killed by SIGKILL, as the kernel does where memory runs out, before it was ready/,
  },
  {
    name: 'an empty /app',
    options: { tmpfs: { '/app': '' } },
    exitCode: 78,
    reason: /no app found in \/app\. Looked for .*COPY \. \/app.*or set APP_MODULE to its file/,
  },
  {
    name: 'an /app without anything to run',
    options: { files: { '/app/notes.txt': 'hello' } },
    exitCode: 78,
    reason: /no app found in \/app\./,
  },
  {
    name: 'an /app that its user cannot read',
    options: { mounts: { '/app': unreadable } },
    exitCode: 78,
    reason: /\/app cannot be read by user 1000, group 0 \(EACCES at \/app/,
  },
  {
    name: 'an APP_MODULE that is not there',
    options: { app: 'workshop', environment: { APP_MODULE: 'src/start.ts' } },
    exitCode: 78,
    reason: /APP_MODULE=src\/start\.ts: there is no such file in \/app/,
  },
  {
    name: 'wrong settings',
    options: { environment: { PORT: '80800', WORKERS: 'many' } },
    exitCode: 78,
    reason: /PORT="80800": must be a port between 1 and 65535\. For example PORT=80\.$/,
  },
  {
    name: 'an init process of Docker’s',
    options: { app: 'workshop', init: true },
    exitCode: 100,
    reason: /must be process 1: drop `docker run --init`/,
  },
  {
    name: 'a read-only root without a writable /run',
    options: { readOnly: true },
    exitCode: 100,
    reason: /\/run is read-only\. .*--tmpfs \/run:exec/,
  },
  {
    name: 'a /run that is mounted noexec',
    options: { readOnly: true, tmpfs: { '/run': '' } },
    exitCode: 100,
    reason: /\/run is mounted noexec.*--tmpfs \/run:exec/,
  },
  {
    name: 'a mount below /run, where the supervisor writes',
    options: { tmpfs: { '/run/s6': '' } },
    exitCode: 100,
    reason: /cannot create \/run\/s6 and \/run\/service\. .*mount nothing below it\.$/,
  },
  {
    name: 'a volume at /run that its user cannot write',
    options: { user: '12345:12345', mounts: { '/run': ofAnother } },
    exitCode: 100,
    reason: /\/run \(owner 0:0, mode 755\) cannot be written by user 12345, group 12345\. .*mode=1777/,
  },
];

for (const { name, options, exitCode, reason } of cases) {
  test(name, async (t) => {
    const end = await runToItsEnd(t, options);
    assert.match(end.lastLine, reason, end.output);
    assert.equal(end.exitCode, exitCode, end.output);
  });
}

test('nginx that is killed again and again ends it with its code', async (t) => {
  const container = await serve(t, { app: 'workshop', environment: { WORKERS: '1' } });
  for (let death = 1; death <= 3; death += 1) {
    await container.exec('sh', '-c', 'kill -9 "$(cat /run/nginx/nginx.pid)"');
    await container.printed(
      death < 3 ? new RegExp(`(nginx was killed by signal 9; restarting it[\\s\\S]*){${death}}`) : /the third time/,
    );
    if (death < 3) await container.ready();
  }
  const { exitCode, lastLine } = await container.end();
  assert.equal(exitCode, 137);
  assert.match(lastLine, /nginx was killed by signal 9, the third time within 60 s$/);
});

test('under `--restart on-failure` a failure is started again, and a stop that was asked for is not', async (t) => {
  const failing = await boot(t, { app: 'exits-with-3', restarts: 2 });
  assert.equal((await failing.end()).exitCode, 3);
  await until(
    'two restarts',
    () => failing.restartCount(),
    (count) => count === 2,
  );
  const stopped = await serve(t, { app: 'workshop', restarts: 2 });
  await stopped.signal('SIGTERM');
  assert.equal((await stopped.end()).exitCode, 0);
  assert.equal(await stopped.restartCount(), 0);
});
