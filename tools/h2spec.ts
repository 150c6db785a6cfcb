// h2spec, which is published as a Go module only: https://github.com/summerwind/h2spec
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, run, step } from './command.ts';
import { cacheFolder } from './paths.ts';

const version = 'v2.2.1+incompatible';

/** @returns the path of a program that runs in any Linux of this machine's architecture; nothing where there is no Go */
export async function ensureH2spec(): Promise<string | undefined> {
  const folder = cacheFolder('go');
  const program = join(folder, 'h2spec');
  if (existsSync(program)) return program;
  if ((await run('go', ['version'])).code !== 0) return undefined;
  await step('h2spec', 'building it with Go', () =>
    mustRun(
      'go',
      ['install', `github.com/summerwind/h2spec/cmd/h2spec@${version}`],
      'Check that this machine reaches a Go module proxy (`go env GOPROXY`).',
      { GOBIN: folder, CGO_ENABLED: '0', GOOS: 'linux' },
    ),
  );
  return program;
}
