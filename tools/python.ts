// Tools that come from PyPI: each set of tools/python/SET.txt in a virtual environment of its own, in .cache.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, run, step } from './command.ts';
import { installFromDebian } from './debian.ts';
import { cacheFolder, projectRoot } from './paths.ts';

/**
 * Installs them where that was not done yet.
 * @param set the name of the set, which is also the word before its line of progress
 * @returns the folder of the installed programs
 * @throws Problem
 */
export async function installPythonTools(set: 'lint' | 'deploy'): Promise<string> {
  const requirements = join(projectRoot, `tools/python/${set}.txt`);
  const folder = cacheFolder(set);
  const stamp = join(folder, 'installed');
  const wanted = readFileSync(requirements, 'utf8');
  const bin = join(folder, 'bin');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return bin;
  const names = wanted.trim().replaceAll(/==\S+/g, '').split('\n').join(', ');
  await step(set, `installing ${names} from PyPI`, async () => {
    if ((await run('python3', ['-c', 'import ensurepip, venv'])).code !== 0) {
      await installFromDebian(
        ['python3-venv'],
        'this needs Python 3 with venv. Install it (Debian: `sudo apt-get install python3-venv`).',
      );
    }
    await mustRun('python3', ['-m', 'venv', '--clear', folder], 'Check that the disk is not full.');
    await mustRun(
      join(bin, 'pip'),
      ['install', '--quiet', '--only-binary=:all:', '--requirement', requirements],
      'Check that this machine reaches PyPI (`pip download six`).',
    );
  });
  writeFileSync(stamp, wanted);
  return bin;
}
