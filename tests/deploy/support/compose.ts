// deploy/compose as a user has it: a copy of the folder with a password, run by `docker compose`, and removed with its
// containers, volumes, networks and images. Stand-ins take the place of the two images that it names.
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { mustRun, type Outcome, run } from '../../../tools/command.ts';
import { ensureCompose } from '../../../tools/engine.ts';
import { baseContext } from '../../../tools/image.ts';
import { projectRoot } from '../../../tools/paths.ts';
import { image } from '../../image/support/container.ts';
import { buildDeadlineMs, deadlineSignal, until, within } from '../../support/deadline.ts';

const postgres = 'node-nginx-fastify-test-postgres';
const standIns = `services:
  app:
    build:
      additional_contexts: ["node-nginx-fastify:26=docker-image://${image}"]
    labels: { node-nginx-fastify.test: "${image}" }
  database:
    image: ${postgres}
    pull_policy: never
    labels: { node-nginx-fastify.test: "${image}" }
`;
const deadlineMs = 120_000;

export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'nnf-compose-'));
  readonly password = 'pa55 \'word" $HOME';
  readonly #files: readonly string[];
  readonly #environment = {
    COMPOSE_PROJECT_NAME: basename(this.folder).toLowerCase(),
    PORT: '127.0.0.1:0',
    CPUS: '1',
  };

  /** @param files of deploy/compose, one on top of the other. Nothing runs yet. */
  static async of(...files: string[]): Promise<Project> {
    await ensureCompose();
    const base = await baseContext(() => {});
    const folder = join(import.meta.dirname, 'postgres');
    const args = ['buildx', 'build', '--load', '--tag', postgres, ...base, folder];
    await within(buildDeadlineMs, `the image ${postgres}`, mustRun('docker', args, 'See the output above.'));
    return new Project(files);
  }

  private constructor(files: readonly string[]) {
    this.#files = [...files, 'stand-ins.yaml'];
    cpSync(join(projectRoot, 'deploy/compose'), this.folder, { recursive: true });
    chmodSync(this.folder, 0o755);
    mkdirSync(join(this.folder, 'secrets'), { recursive: true });
    this.write('secrets/database-password', `${this.password}\n`);
    this.write('stand-ins.yaml', standIns);
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  /** `docker compose …` @param more files on top of the others */
  run(args: readonly string[], more: readonly string[] = []): Promise<Outcome> {
    return run('docker', this.#command(args, more), { env: this.#environment, timeoutMs: buildDeadlineMs });
  }

  /** `docker compose …`, which has to succeed. */
  async mustRun(...args: string[]): Promise<string> {
    const end = mustRun('docker', this.#command(args, []), 'See the output above.', this.#environment);
    return within(buildDeadlineMs, `the end of docker compose ${args.join(' ')}`, end);
  }

  /** `docker compose …` in the foreground, until it has printed it; then Ctrl-C. */
  async watch(args: readonly string[], more: readonly string[], pattern: RegExp): Promise<void> {
    const child = spawn('docker', this.#command(args, more), {
      env: { ...process.env, ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    let output = '';
    const printed = new Promise<void>((resolve, reject) => {
      const look = (chunk: Buffer) => {
        output += chunk;
        if (pattern.test(output)) resolve();
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.on('close', () => reject(new Error(`it ended: ${output}`)));
    });
    try {
      await within(deadlineMs, `${pattern} to be printed`, printed, () => output);
    } finally {
      child.kill('SIGINT');
      await within(deadlineMs, `the end of docker compose ${args.join(' ')}`, ended, () => output);
    }
  }

  /** Resolves when the container of a service has ended with this code, whether or not it is about to be started again. */
  async exited(service: string, code: number): Promise<void> {
    const look = async (): Promise<{ ExitCode: number }> => (await this.inspect(service)).State;
    await until(`${service} to end with ${code}`, look, ({ ExitCode }) => ExitCode === code, { withinMs: deadlineMs });
  }

  async inspect(service: string) {
    const id = await this.mustRun('ps', '--all', '--quiet', service);
    return JSON.parse(await mustRun('docker', ['inspect', id], 'See the output above.'))[0];
  }

  /** One request for the app, on the port that it is published on now. */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const address = await this.mustRun('port', 'app', '8080');
    const signal = deadlineSignal(deadlineMs, `the whole response to ${path}`);
    return fetch(`http://${address}${path}`, { ...init, signal, headers: { connection: 'close', ...init.headers } });
  }

  /** Asks until it answers so: it may be starting anew. */
  async answers(path: string, expected: string): Promise<void> {
    const look = async () => (await this.request(path)).text();
    const isThere = (seen: string | Error) => seen === expected;
    const wait = { withinMs: deadlineMs, everyMs: 100 };
    try {
      await until(`${path} to answer ${expected}`, () => look().catch((error: Error) => error), isThere, wait);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${(await this.run(['logs'])).output}`);
    }
  }

  async end(): Promise<void> {
    await this.run(['down', '--volumes', '--remove-orphans', '--rmi', 'local', '--timeout', '0']);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #command(args: readonly string[], more: readonly string[]): string[] {
    const files = [...this.#files, ...more].flatMap((file) => ['--file', join(this.folder, file)]);
    return ['compose', '--ansi', 'never', '--progress', 'quiet', ...files, ...args];
  }
}
