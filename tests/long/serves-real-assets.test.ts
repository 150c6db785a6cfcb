// What real frameworks have built, in a real browser: nginx sends each asset of a page itself, and the page comes alive.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from '../image/support/browser.ts';
import { serve } from '../image/support/container.ts';
import { buildFramework } from '../image/support/frameworks.ts';

interface Framework {
  /** Where its assets are. */
  readonly assets: RegExp;
  /** An expression for the browser: true when the framework runs there. */
  readonly isAlive: string;
}

const frameworks: Record<string, Framework> = {
  next: {
    assets: /^\/_next\/static\/.*\.js$/,
    isAlive:
      "(document.querySelector('button').click(), document.querySelector('button').textContent !== 'clicked 0 times')",
  },
  sveltekit: {
    assets: /^\/_app\/immutable\/.*\.js$/,
    isAlive: "Object.keys(globalThis).some((name) => name.startsWith('__sveltekit_'))",
  },
};

for (const [name, { assets, isAlive }] of Object.entries(frameworks)) {
  test(`${name}: nginx sends the page's assets, and the page comes alive`, async (t) => {
    const image = await buildFramework(name);
    const container = await serve(t, { image, environment: { LOG_FORMAT: 'json' } });
    const { page, complaints } = await openPage(t);
    await page.goto(container.url('/'));
    await page.waitForFunction(isAlive);
    assert.deepEqual(complaints, []);
    const { output } = await container.stop();
    const sent = output
      .split('\n')
      .filter((line) => line.startsWith('{') && line.includes('"slot"'))
      .map((line) => JSON.parse(line) as { path: string; status: number; slot: number | null });
    const ofAssets = sent.filter(({ path }) => assets.test(path));
    assert.ok(ofAssets.length > 0, output);
    assert.deepEqual(
      ofAssets.filter(({ status, slot }) => status !== 200 || slot !== null),
      [],
    );
  });
}
