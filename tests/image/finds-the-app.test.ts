// The log says which file was chosen, why, and which others were passed over.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './support/container.ts';

const app = (name: string) =>
  `export default async (app) => { app.get('/', async () => ({ name: '${name}', argv: process.argv.slice(2) })); };\n`;
const files = { '/app/main.mjs': app('main'), '/app/jobs/start.mjs': app('start'), '/app/src/index.mjs': app('src') };

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
