// `cluster status`: how the workers are.
import type { Status } from '../admin/admin.ts';
import { run } from '../paths.ts';
import { ask } from './ask.ts';

export async function status(args: readonly string[]): Promise<number> {
  const { body } = await ask({ socketPath: run.adminSocket, path: '/status' });
  process.stdout.write(args.includes('--json') ? `${body}\n` : renderStatus(JSON.parse(body)));
  return 0;
}

/** A line about the container, then a table with a line for each slot. */
export function renderStatus(status: Status): string {
  const state = status.ready ? 'ready' : status.draining ? 'draining' : 'not ready';
  const rows = [
    ['slot', 'pid', 'state', 'uptime', 'restarts'],
    ...status.workers.map(({ slot, pid, state, uptimeSeconds, restarts }) =>
      [slot, pid ?? '-', state, `${uptimeSeconds} s`, restarts].map(String),
    ),
  ];
  const table = rows
    .map((row) =>
      row
        .map((cell) => cell.padEnd(10))
        .join('')
        .trimEnd(),
    )
    .join('\n');
  return `${state}, up ${status.uptimeSeconds} s, primary ${status.pid}, ${status.entry}\n${table}\n`;
}
