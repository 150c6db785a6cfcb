// The browser for tests of pages: the one that CHROMIUM names, else Debian's, installed where it is not (Debian, as root).
import { existsSync } from 'node:fs';
import { mustRun, Problem, step } from './command.ts';

export const browser = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** @throws Problem that says what to install, where this machine does not allow us to */
export async function ensureBrowser(): Promise<void> {
  if (existsSync(browser)) return;
  if (process.env.CHROMIUM !== undefined) {
    throw new Problem(`there is no browser at CHROMIUM=${browser}. Name another one, or unset CHROMIUM.`);
  }
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Problem(
      'the tests of pages need Chromium. Install it (Debian: `sudo apt-get install chromium`), or name the Chrome or Chromium that you have: CHROMIUM=/path/to/chrome.',
    );
  }
  await step('browser', 'installing Chromium from Debian', async () => {
    const remedy = 'Check that `apt-get update` works on this machine.';
    await mustRun('apt-get', ['-qq', 'update'], remedy);
    await mustRun('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', 'chromium'], remedy, {
      DEBIAN_FRONTEND: 'noninteractive',
    });
  });
}
