// Makes sure that a Docker Engine with BuildKit answers, and Docker Compose where it is needed: uses what there is, starts
// it, or installs it (Debian, as root).
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun, Problem, run, step } from './command.ts';
import { aptSources, type DebianMirror, withSuite } from './debian.ts';
import { cacheFolder } from './paths.ts';

const enginePackages = ['docker.io', 'docker-cli', 'docker-buildx', 'containerd'];
const composePackage = 'docker-compose';
const daemonLog = '/var/log/node-nginx-fastify-dockerd.log';

/** @throws Problem that says what to install or start, where this machine does not allow us to */
export async function ensureEngine(): Promise<void> {
  if (await engineAnswers()) return;
  if (process.env.DOCKER_HOST !== undefined) {
    throw new Problem(
      `the Docker Engine at DOCKER_HOST=${process.env.DOCKER_HOST} does not answer. Start it, or unset DOCKER_HOST.`,
    );
  }
  const isRoot = process.getuid?.() === 0;
  if (!(await isInstalled('dockerd'))) {
    if (process.platform !== 'linux' || !existsSync('/etc/debian_version')) {
      throw new Problem(
        'no Docker Engine answers. Install and start Docker (https://docs.docker.com/engine/install/), then run this again.',
      );
    }
    if (!isRoot) {
      throw new Problem(
        'no Docker Engine answers, and installing one needs root. Run this once as root (`sudo npm start`), or install Docker yourself: https://docs.docker.com/engine/install/debian/',
      );
    }
    await step('engine', 'installing Docker Engine from Debian', () =>
      installFromTrixie(enginePackages, 'https://docs.docker.com/engine/install/debian/'),
    );
  }
  if (!isRoot) {
    throw new Problem(
      'Docker is installed, but its daemon does not answer this user. Start it (`sudo systemctl start docker`) and join its group (`sudo usermod -aG docker "$USER"`, then log in again).',
    );
  }
  await step('engine', `starting dockerd (log: ${daemonLog})`, startDaemon);
}

/**
 * Makes sure that `docker compose` is there, version 2 or later. The engine is the caller's.
 * @throws Problem that says what to install, where this machine does not allow us to
 */
export async function ensureCompose(): Promise<void> {
  if (await composeAnswers()) return;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Problem(
      '`docker compose` is not installed. Install the Compose plugin (https://docs.docker.com/compose/install/linux/), then run this again.',
    );
  }
  await step('compose', 'installing Docker Compose from Debian', () =>
    installFromTrixie([composePackage], 'https://docs.docker.com/compose/install/linux/'),
  );
  if (await composeAnswers()) return;
  throw new Problem(
    `Debian's ${composePackage} is installed, but \`docker compose version\` fails. See what it prints, and whether a \`docker\` that is not Debian's comes first in PATH.`,
  );
}

async function composeAnswers(): Promise<boolean> {
  return (await run('docker', ['compose', 'version'], { timeoutMs: 20_000 })).code === 0;
}

async function engineAnswers(): Promise<boolean> {
  return (await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeoutMs: 20_000 })).code === 0;
}

async function isInstalled(program: string): Promise<boolean> {
  return (await run('sh', ['-c', `command -v ${program}`])).code === 0;
}

/**
 * Installs packages without touching this machine's own apt configuration: sources, pins and lists live in the
 * project's cache. Releases before trixie get only the Docker packages from trixie: theirs come without buildx, and with
 * the first, abandoned Compose.
 * @param packages among those named at the top of this file
 * @param byHand the page that says how to do without us
 */
async function installFromTrixie(packages: readonly string[], byHand: string): Promise<void> {
  const folder = cacheFolder('apt');
  for (const name of ['sources', 'preferences', 'lists/partial']) mkdirSync(join(folder, name), { recursive: true });
  const mirrors = aptSources();
  writeFileSync(
    join(folder, 'sources/debian.sources'),
    [...mirrors, ...trixieUnlessThere(mirrors)].map(stanza).join('\n'),
  );
  writeFileSync(
    join(folder, 'preferences/docker'),
    `Package: *\nPin: release n=trixie\nPin-Priority: 100\n\nPackage: ${[...enginePackages, composePackage].join(' ')}\nPin: release n=trixie\nPin-Priority: 990\n`,
  );
  const options = [
    'Dir::Etc::SourceList=/dev/null',
    `Dir::Etc::SourceParts=${join(folder, 'sources')}`,
    ...(mirrors.some((mirror) => mirror.suites.includes('trixie'))
      ? []
      : [`Dir::Etc::PreferencesParts=${join(folder, 'preferences')}`]),
    `Dir::State::Lists=${join(folder, 'lists')}`,
    'Dir::Cache::pkgcache=',
    'Dir::Cache::srcpkgcache=',
    'Acquire::Languages=none',
    'DPkg::Lock::Timeout=300',
  ].flatMap((option) => ['-o', option]);
  const remedy = `Check that \`apt-get update\` works on this machine, or install it yourself: ${byHand}`;
  await mustRun('apt-get', [...options, '-qq', 'update'], remedy);
  // Not started by its package: policy-rc.d of this machine decides that, and startDaemon() works either way.
  await mustRun('apt-get', [...options, '-qq', 'install', '-y', '--no-install-recommends', ...packages], remedy, {
    DEBIAN_FRONTEND: 'noninteractive',
  });
}

function trixieUnlessThere(mirrors: DebianMirror[]): DebianMirror[] {
  return mirrors.some((mirror) => mirror.suites.includes('trixie')) ? [] : [withSuite(mirrors, 'trixie')];
}

function stanza(mirror: DebianMirror): string {
  const signedBy = mirror.signedBy === undefined ? '' : `Signed-By: ${mirror.signedBy}\n`;
  return `Types: deb\nURIs: ${mirror.uri}\nSuites: ${mirror.suites.join(' ')}\nComponents: main\n${signedBy}`;
}

async function startDaemon(): Promise<void> {
  if (existsSync('/run/systemd/system')) {
    await mustRun('systemctl', ['start', 'docker'], 'See `journalctl -u docker`.');
  } else {
    removeStalePidFiles();
    // Detached, its output in a file: a daemon that keeps this process's standard output would keep callers waiting for ever.
    const log = openSync(daemonLog, 'a');
    spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log], cwd: '/' }).unref();
  }
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(200)) {
    if (await engineAnswers()) return;
  }
  const tail = existsSync(daemonLog) ? readFileSync(daemonLog, 'utf8').trimEnd().split('\n').slice(-15).join('\n') : '';
  throw new Problem(
    `dockerd did not answer within 60 s. Its last words are above; the whole log is ${daemonLog}.`,
    tail,
  );
}

/**
 * A killed dockerd leaves pid files. When another process has their number by now, dockerd refuses to start
 * ("process with PID … is still running"), so files whose process is not what they say are removed.
 */
function removeStalePidFiles(): void {
  const pidFiles = { '/var/run/docker.pid': 'dockerd', '/run/docker/containerd/containerd.pid': 'containerd' };
  for (const [file, program] of Object.entries(pidFiles)) {
    if (!existsSync(file)) continue;
    const comm = `/proc/${readFileSync(file, 'utf8').trim()}/comm`;
    if (!existsSync(comm) || readFileSync(comm, 'utf8').trim() !== program) rmSync(file);
  }
}
