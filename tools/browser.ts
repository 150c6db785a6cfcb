// The browser for tests of pages: one that is there, or Debian's Chromium, installed (Debian, as root).
import { existsSync } from 'node:fs';
import { Problem, step } from './command.ts';
import { installFromDebian } from './debian.ts';

const chromium = '/usr/bin/chromium';
const usualPlaces = [
  chromium,
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * @returns the path of a Chromium or Chrome
 * @throws Problem that says what to install, where this machine does not allow us to
 */
export async function ensureBrowser(): Promise<string> {
  const named = process.env.CHROMIUM;
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Problem(`there is no browser at CHROMIUM=${named}. Name another one, or unset CHROMIUM.`);
  }
  const found = usualPlaces.find((path) => existsSync(path));
  if (found !== undefined) return found;
  await step('browser', 'installing Chromium from Debian', () =>
    installFromDebian(
      ['chromium'],
      'the tests of pages need Chromium. Install it (Debian: `sudo apt-get install chromium`), or name the Chromium or Chrome that you have: CHROMIUM=/path/to/chrome.',
    ),
  );
  return chromium;
}
