// Load on one contender: wrk as fast as it answers, h2load at a fixed rate, autocannon where connections may break.

import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../tools/command.ts';
import type { LoadCase } from './cases.ts';
import type { Running, Theatre } from './stage.ts';
import { type Latency, latencyOf } from './statistics.ts';

/** What wrk's script check.lua prints. */
interface Checked {
  readonly requests: number;
  readonly seconds: number;
  /** Answers with another status or body. */
  readonly wrong: number;
  /** Connections that failed, and answers that never came. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The first wrong answer. */
  readonly example: string;
}

export async function wrk(theatre: Theatre, running: Running, asked: LoadCase, seconds: number): Promise<Checked> {
  const file = await rightAnswer(theatre, running, asked);
  const origin = running.ports.https === 0 ? running.url('') : `https://127.0.0.1:${running.ports.https}`;
  const output = await theatre.load.exec(
    'wrk',
    '--threads=1',
    `--connections=${asked.connections}`,
    `--duration=${seconds}s`,
    '--timeout=10s',
    '--script=/load/check.lua',
    ...(asked.isClosing ? ['--header=Connection: close'] : []),
    `${origin}${asked.path}`,
    '--',
    asked.matches === undefined ? 'is' : 'matches',
    file,
    String(asked.post ?? 0),
  );
  const line = output.split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new Problem('wrk did not say what it saw.', output);
  return JSON.parse(line);
}

/** @returns the file, in the load's container, by which check.lua knows what is right */
async function rightAnswer(theatre: Theatre, running: Running, asked: LoadCase): Promise<string> {
  const name = `${running.name}-${asked.name}`;
  if (asked.matches === undefined) {
    const init = asked.post === undefined ? {} : { method: 'POST', body: Buffer.alloc(asked.post, 'x') };
    const headers = { connection: 'close', 'content-type': 'application/octet-stream' };
    const answer = await fetch(running.url(asked.path), { ...init, headers });
    writeFileSync(join(theatre.folder, name), Buffer.from(await answer.arrayBuffer()));
  } else {
    writeFileSync(join(theatre.folder, name), asked.matches);
  }
  return `/right/${name}`;
}

/**
 * Requests at a fixed rate from 64 connections, whatever the answers take.
 * @param rate requests a second, of all connections
 * @throws Problem where a request failed
 */
export async function h2load(
  theatre: Theatre,
  running: Running,
  path: string,
  rate: number,
  seconds: number,
): Promise<Latency> {
  const connections = 64;
  const output = await theatre.load.exec(
    'sh',
    '-c',
    `rm -f /tmp/log; h2load --h1 --threads=1 --clients=${connections} --rps=${(rate / connections).toFixed(3)} \
--warm-up-time=1 --duration=${seconds} --log-file=/tmp/log ${running.url(path)} && echo --- && cat /tmp/log`,
  );
  const [summary = '', log = ''] = output.split('\n---\n');
  const durations: number[] = [];
  for (const line of log.split('\n')) {
    const [, status, durationUs] = line.split('\t');
    if (status === undefined) continue;
    if (status !== '200')
      throw new Problem(`${running.name} answered ${status} at ${rate} requests a second.`, summary);
    durations.push(Number(durationUs));
  }
  // The rate that was asked for was not reached: what is told of its latency would be that of another load.
  const reached = durations.length / (rate * seconds);
  if (reached < 0.9)
    throw new Problem(`${running.name} answered only ${Math.round(reached * 100)} % of ${rate} requests a second.`);
  return latencyOf(durations, (1e6 * connections) / rate);
}

/** What clients saw that went on asking while something happened. */
export interface Ordeal extends Latency {
  readonly requests: number;
  /** Not answered, or with an error. */
  readonly failed: number;
}

/**
 * Requests at a fixed rate on connections that are kept, each sent when its time has come, whatever became of those before:
 * latency counts from then on. None is repeated.
 * @param rate requests a second
 * @param happens begins after a second
 */
export async function ordeal(
  url: string,
  rate: number,
  seconds: number,
  happens: () => Promise<void>,
): Promise<Ordeal> {
  const agent = new Agent({ keepAlive: true });
  const startedAt = performance.now();
  const durations: number[] = [];
  const answers: Promise<void>[] = [];
  let failed = 0;
  const send = async (dueAt: number) => {
    const isRight = await ask(url, agent);
    durations.push((performance.now() - dueAt) * 1000);
    if (!isRight) failed += 1;
  };
  const event = sleep(1000).then(happens);
  // Awaited below; until then a failure must not be an unhandled one.
  event.catch(() => undefined);
  for (let sent = 0; sent < rate * seconds; await sleep(5)) {
    for (const due = ((performance.now() - startedAt) / 1000) * rate; sent < due; sent += 1) {
      answers.push(send(startedAt + (sent / rate) * 1000));
    }
  }
  await Promise.all(answers);
  await event;
  agent.destroy();
  return { requests: durations.length, failed, ...latencyOf(durations) };
}

function ask(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request(url, { agent, timeout: 20_000 }, (response) => {
      response.on('error', () => resolve(false));
      response.on('end', () => resolve(response.statusCode === 200 && response.complete)).resume();
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(false)).end();
  });
}

/** Clients that send a byte every three seconds, and never finish the head of their request. @returns ends them */
export async function crawl(port: number, clients: number): Promise<() => void> {
  const sockets = await Promise.all(
    Array.from({ length: clients }, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.write('GET / HTTP/1.1\r\nHost: slow\r\nX-Slow: ');
      return socket;
    }),
  );
  const timer = setInterval(() => {
    for (const socket of sockets) socket.write('x');
  }, 3000);
  return () => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
  };
}
