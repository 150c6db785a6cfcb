// What the smaller benchmarks (contract.ts, nginx.ts, pool.ts) share. The container gets the first core, wrk the second.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun, Problem, run } from '../tools/command.ts';
import { ensureEngine } from '../tools/engine.ts';
import { projectRoot } from '../tools/paths.ts';

/** @throws Problem that says what to install */
export async function ensureEngineAndWrk(): Promise<void> {
  await ensureEngine();
  if ((await run('wrk', ['-v'])).output.startsWith('wrk ')) return;
  throw new Problem('wrk is not installed. Install it: `sudo apt-get install wrk`.');
}

/**
 * Runs a container while `use` works with it, and removes it.
 * @param args of `docker run`: options, the image, a command
 * @param use gets the time at which `docker run` was called, as `performance.now()` tells it
 */
export async function withContainer<T>(
  name: string,
  args: readonly string[],
  use: (startedAt: number) => Promise<T>,
): Promise<T> {
  await run('docker', ['rm', '--force', name]);
  const startedAt = performance.now();
  await mustRun('docker', ['run', '--detach', `--name=${name}`, ...args], 'See above.');
  try {
    return await use(startedAt);
  } finally {
    await run('docker', ['rm', '--force', name]);
  }
}

/** Waits for the first response with a status of 2xx. @throws Problem after 30 s */
export async function untilOk(url: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(5)) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Problem(`${url} did not respond with 2xx within 30 s.`);
}

/**
 * @param timeoutSeconds after which wrk counts a request as failed
 * @returns requests per second on 64 connections
 * @throws Problem if a request failed
 */
export async function throughput(url: string, seconds: number, timeoutSeconds = 2): Promise<number> {
  const wrk = ['wrk', '-t1', '-c64', `-d${seconds}s`, `--timeout=${timeoutSeconds}s`, url];
  const output = await mustRun('taskset', ['--cpu-list', '1', ...wrk], 'See above.');
  if (/Non-2xx|Socket errors/.test(output)) throw new Problem('requests failed under load.', output);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
}

interface Table {
  /** The file: bench/results/NAME.md, written by `npm run bench:NAME`. */
  readonly name: string;
  readonly title: string;
  readonly rounds: number;
  /** A quick or partial run, which must not replace the results of a complete one. */
  readonly isPartial: boolean;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Prints the table with the machine it was made on. A complete run also writes it to bench/results. */
export function publish({ name, title, rounds, isPartial, columns, rows }: Table): void {
  const day = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}, ${rounds} rounds, ${day}`;
  const table = [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');
  const text = `# ${title}\n\n\`npm run bench:${name}\` on ${machine}. Medians, contenders interleaved.\n\n${table}`;
  process.stdout.write(`\n${text}`);
  if (isPartial) return;
  mkdirSync(join(projectRoot, 'bench/results'), { recursive: true });
  writeFileSync(join(projectRoot, `bench/results/${name}.md`), text);
}
