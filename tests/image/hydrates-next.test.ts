// A page of Next comes alive in a real browser: nothing that nginx adds or leaves out keeps its scripts from running.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { ensureBrowser } from '../../tools/browser.ts';
import { serve } from './support/container.ts';
import { buildFramework } from './support/frameworks.ts';

test('a click counts, and the console stays silent', async (t) => {
  const container = await serve(t, { image: await buildFramework('next', '.next/standalone') });
  // Chromium's sandbox refuses to run as root, as which tests run in many containers.
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: ['--no-sandbox'] });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));

  await page.goto(container.url('/'));
  await page.getByRole('button', { name: 'clicked 0 times' }).click();
  await page.getByRole('button', { name: 'clicked 1 times' }).waitFor();

  assert.deepEqual(complaints, []);
});
