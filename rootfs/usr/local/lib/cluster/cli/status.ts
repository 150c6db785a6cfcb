// `cluster status`: the state of the workers.
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../paths.ts';
import type { SlotStatus, WorkerStatus } from '../pool/decide/pool-status.ts';
import type { Status } from '../primary/admin/server.ts';
import type { Command } from './command.ts';
import { httpGet } from './http-get.ts';
import { renderTable } from './text-table.ts';

const refreshEveryMs = 1000;

export const statusCommand: Command = {
  help: 'the workers as a table; --watch goes on, --json for machines',
  async run(args) {
    if (args.includes('--json')) process.stdout.write(`${await fetchStatus()}\n`);
    else if (args.includes('--watch')) await watchStatus();
    else process.stdout.write(renderStatus(JSON.parse(await fetchStatus())));
    return 0;
  },
};

async function fetchStatus(): Promise<string> {
  return (await httpGet({ socketPath: run.adminSocket, path: '/status' })).body;
}

/** Like top, until Ctrl-C. Without a terminal: one table after the other. */
async function watchStatus(): Promise<never> {
  // Not once: timeout(1) and some terminals send it twice.
  process.on('SIGINT', () => process.exit(0));
  for (;;) {
    const table = renderStatus(JSON.parse(await fetchStatus()));
    // Home, each line cleared to its end, and what is below: no flicker, unlike clearing first.
    const frame = process.stdout.isTTY ? `\x1b[H${table.replaceAll('\n', '\x1b[K\n')}\x1b[J` : `${table}\n`;
    process.stdout.write(frame);
    await sleep(refreshEveryMs);
  }
}

const headings = 'slot pid state uptime requests in-flight loop delay memory restarts last-exit'.split(' ');

/** A line about the container, then a table: a line for each slot, and one for each worker on its way out. */
export function renderStatus(status: Status): string {
  const state = status.ready ? 'ready' : status.draining ? 'draining' : 'not ready';
  const rows = [
    headings,
    ...status.workers.map((slot) => [...cellsOf(slot), String(slot.restarts), describeLastExit(slot)]),
    ...status.leaving.map((worker) => cellsOf(worker)),
  ];
  const reload = status.isReloading ? ', reloading' : '';
  const maintenance = status.isInMaintenance ? ', in maintenance' : '';
  return `${state}${maintenance}${reload}, up ${status.uptimeSeconds} s, primary ${status.pid}, ${status.entry}\n${renderTable(rows)}${renderProcesses(status)}`;
}

/** A second table, where there are processes. */
function renderProcesses({ processes }: Status): string {
  if (processes.length === 0) return '';
  const rows = processes.map(({ name, pid, state, uptimeSeconds, restarts, lastExit }) => [
    name,
    String(pid ?? '-'),
    state,
    uptimeSeconds === null ? '-' : `${uptimeSeconds} s`,
    String(restarts),
    lastExit ?? '-',
  ]);
  return `\n${renderTable([['process', 'pid', 'state', 'uptime', 'restarts', 'last-exit'], ...rows])}`;
}

function cellsOf(worker: WorkerStatus & Partial<SlotStatus>): string[] {
  const { slot, pid, state, uptimeSeconds, requests, inFlight, reportAgeMs } = worker;
  const named = state === 'gone' && typeof worker.leadsTo === 'number' ? `to ${worker.leadsTo}` : state;
  const known = [slot, pid ?? '-', named, `${uptimeSeconds} s`].map(String);
  if (reportAgeMs === null) return [...known, '-', '-', '-', '-', '-'];
  // Of a silent worker the last report is shown, with its age.
  const age = reportAgeMs > 2500 ? ` (${Math.round(reportAgeMs / 1000)} s ago)` : '';
  return [
    ...known,
    String(requests),
    String(inFlight),
    `${Math.round(worker.loopUtilisation * 100)} %${age}`,
    `${Math.round(worker.loopDelayMs)} ms`,
    `${Math.round(worker.memoryBytes / 1e6)} MB`,
  ];
}

function describeLastExit({ lastExit }: SlotStatus): string {
  if (lastExit === null) return '-';
  const { reason, code, signal, secondsAgo } = lastExit;
  return `${reason} ${signal ?? code}, ${secondsAgo} s ago`;
}
