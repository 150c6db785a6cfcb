// A page in a real browser, and what it complains of.
import type { TestContext } from 'node:test';
import { chromium, type Page } from 'playwright-core';
import { ensureBrowser } from '../../../tools/browser.ts';

export async function openPage(t: TestContext): Promise<{ page: Page; complaints: string[] }> {
  // Chromium's sandbox refuses to run as root, as which tests run in many containers.
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: ['--no-sandbox'] });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { page, complaints };
}
