// What the smaller benchmarks share: a page of results that says by which command and on what it was made.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../tools/paths.ts';

export interface Result {
  /** The page: bench/results/NAME.md, made by `npm run bench:NAME`. */
  readonly name: string;
  readonly title: string;
  readonly rounds: number;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Prints the page, and writes it. */
export function publish({ name, title, rounds, columns, rows }: Result): void {
  const day = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}, ${rounds} rounds, ${day}`;
  const table = [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');
  const text = `# ${title}\n\n\`npm run bench:${name}\` on ${machine}. Medians, contenders interleaved.\n\n${table}`;
  mkdirSync(join(projectRoot, 'bench/results'), { recursive: true });
  writeFileSync(join(projectRoot, `bench/results/${name}.md`), text);
  process.stdout.write(`\n${text}`);
}
