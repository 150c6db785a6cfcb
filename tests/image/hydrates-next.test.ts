// A page of Next comes alive in a real browser: nothing that nginx adds or leaves out keeps its scripts from running.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './support/browser.ts';
import { serve } from './support/container.ts';
import { buildFramework } from './support/frameworks.ts';

test('a click counts, and the console stays silent', async (t) => {
  const container = await serve(t, { image: await buildFramework('next', '.next/standalone') });
  const { page, complaints } = await openPage(t);

  await page.goto(container.url('/'));
  await page.getByRole('button', { name: 'clicked 0 times' }).click();
  await page.getByRole('button', { name: 'clicked 1 times' }).waitFor();

  assert.deepEqual(complaints, []);
});
