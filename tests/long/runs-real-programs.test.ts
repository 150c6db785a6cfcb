// Real programs of npm, unmodified, as their own documentation starts them. What was looked for: that it works, that no
// worker is lost, and that it stops as it should.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openPage } from '../image/support/browser.ts';
import { endsWell, type ProgramName, serveProgram, useProgram } from '../image/support/programs.ts';

const programs: Partial<Record<ProgramName, string>> = {
  azurite: 'blobs are written in blocks, read in parts and listed',
  'browser-sync': 'a page comes with the script that reloads it',
  elysia: 'answers, parses a body, and echoes by WebSocket',
  'json-server': 'records are created, read, changed and deleted, and each worker follows the file',
  mcp: 'sessions list and call tools, and see their progress',
  mountebank: 'a stub server is made at run time, answers, and is removed',
  'node-red': 'a flow is deployed and triggered, and the editor is connected',
  'oidc-provider': 'a client gets a token and asks what it is worth',
  pouchdb: 'documents are replicated both ways, and changes followed',
  s3rver: 'objects are put, read in parts, listed and deleted',
  tracker: 'peers announce themselves by HTTP, UDP and WebSocket of one port',
  verdaccio: 'a package is published with npm, and installed back',
};

for (const [name, promise] of Object.entries(programs)) {
  test(`${name}: ${promise}`, (t) => useProgram(t, name as ProgramName));
}

for (const name of ['sveltekit', 'astro'] as const) {
  test(`${name}: a page comes alive in Chromium, and its form is sent`, (t) => usePage(t, name));
}

async function usePage(t: TestContext, name: ProgramName): Promise<void> {
  const container = await serveProgram(t, name);
  const { page, complaints } = await openPage(t);
  await page.goto(container.url('/'));
  await page.getByRole('button', { name: 'clicked 0 times' }).click();
  await page.getByRole('button', { name: 'clicked 1 times' }).waitFor();
  await page.getByRole('button', { name: 'greet' }).click();
  await page.getByText('hello world').waitFor();
  assert.deepEqual(complaints, []);
  await endsWell(container);
}
