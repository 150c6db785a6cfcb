// Load on one contender: wrk for throughput, h2load for latency at a fixed rate, a client of our own for disruptions.
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../tools/command.ts';
import type { LoadCase } from './cases.ts';
import { type Latency, latencyOf } from './statistics.ts';
import type { Container, Testbed } from './testbed.ts';

/** What wrk's script check.lua prints. */
interface WrkReport {
  readonly requests: number;
  readonly seconds: number;
  /** Responses with another status or body than expected. */
  readonly wrong: number;
  /** Failed connections, and requests without a response. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The first wrong response. */
  readonly example: string;
}

export async function wrk(
  testbed: Testbed,
  container: Container,
  loadCase: LoadCase,
  seconds: number,
): Promise<WrkReport> {
  const file = await writeExpectedBody(testbed, container, loadCase);
  const { https } = container.ports;
  const output = await testbed.load.exec(
    'wrk',
    '--threads=1',
    `--connections=${loadCase.connections}`,
    `--duration=${seconds}s`,
    '--timeout=10s',
    '--script=/load/check.lua',
    ...(loadCase.isClosing ? ['--header=Connection: close'] : []),
    https === 0 ? container.url(loadCase.path) : `https://127.0.0.1:${https}${loadCase.path}`,
    '--',
    loadCase.matches === undefined ? 'equals' : 'matches',
    file,
    String(loadCase.post ?? 0),
  );
  const line = output.split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new Problem('wrk printed no report.', output);
  return JSON.parse(line);
}

/** @returns the path, in the load generator's container, of the file that check.lua compares bodies with */
async function writeExpectedBody(testbed: Testbed, container: Container, loadCase: LoadCase): Promise<string> {
  const name = `${container.name}-${loadCase.name}`;
  if (loadCase.matches === undefined) {
    const init = loadCase.post === undefined ? {} : { method: 'POST', body: Buffer.alloc(loadCase.post, 'x') };
    const headers = { connection: 'close', 'content-type': 'application/octet-stream' };
    const response = await fetch(container.url(loadCase.path), { ...init, headers });
    writeFileSync(join(testbed.folder, name), Buffer.from(await response.arrayBuffer()));
  } else {
    writeFileSync(join(testbed.folder, name), loadCase.matches);
  }
  return `/expected/${name}`;
}

/**
 * Requests at a fixed rate on 64 connections, however long responses take.
 * @param rate requests per second, on all connections together
 * @throws Problem if a request failed, or if less than 90 % of the rate was reached
 */
export async function h2load(
  testbed: Testbed,
  container: Container,
  path: string,
  rate: number,
  seconds: number,
): Promise<Latency> {
  const connections = 64;
  const output = await testbed.load.exec(
    'sh',
    '-c',
    `rm -f /tmp/log; h2load --h1 --threads=1 --clients=${connections} --rps=${(rate / connections).toFixed(3)} \
--warm-up-time=1 --duration=${seconds} --log-file=/tmp/log ${container.url(path)} && echo --- && cat /tmp/log`,
  );
  const [summary = '', log = ''] = output.split('\n---\n');
  const durationsUs: number[] = [];
  for (const line of log.split('\n')) {
    const [, status, durationUs] = line.split('\t');
    if (status === undefined) continue;
    if (status !== '200') {
      throw new Problem(`${container.name} responded with ${status} at ${rate} requests/s.`, summary);
    }
    durationsUs.push(Number(durationUs));
  }
  // At a lower rate, the latency would be that of a lower load.
  const reached = durationsUs.length / (rate * seconds);
  if (reached < 0.9) {
    throw new Problem(`${container.name} reached only ${Math.round(reached * 100)} % of ${rate} requests/s.`);
  }
  return latencyOf(durationsUs, (1e6 * connections) / rate);
}

/** What clients noticed of a disruption. */
interface Disruption extends Latency {
  readonly requests: number;
  /** Requests without a response, or with an error as response. */
  readonly failed: number;
}

/**
 * Sends requests at a fixed rate on kept connections while something disrupts the server. Each request is sent when it is due,
 * whatever became of the earlier ones; its latency counts from then. No request is repeated.
 * @param disrupt is called after one second
 * @param rate requests per second
 */
export async function requestsDuring(
  disrupt: () => Promise<void>,
  url: string,
  rate: number,
  seconds: number,
): Promise<Disruption> {
  const agent = new Agent({ keepAlive: true });
  const startedAt = performance.now();
  const durationsUs: number[] = [];
  const requests: Promise<void>[] = [];
  let failed = 0;
  const send = async (dueAt: number) => {
    const isOk = await sendRequest(url, agent);
    durationsUs.push((performance.now() - dueAt) * 1000);
    if (!isOk) failed += 1;
  };
  const disruption = sleep(1000).then(disrupt);
  // Awaited below. Without a handler until then, a rejection would end the process.
  disruption.catch(() => undefined);
  for (let sent = 0; sent < rate * seconds; await sleep(5)) {
    for (const due = ((performance.now() - startedAt) / 1000) * rate; sent < due; sent += 1) {
      requests.push(send(startedAt + (sent / rate) * 1000));
    }
  }
  await Promise.all(requests);
  await disruption;
  agent.destroy();
  return { requests: durationsUs.length, failed, ...latencyOf(durationsUs) };
}

/** @returns whether the response is complete and has status 200 */
function sendRequest(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request(url, { agent, timeout: 20_000 }, (response) => {
      response.on('error', () => resolve(false));
      response.on('end', () => resolve(response.statusCode === 200 && response.complete)).resume();
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(false)).end();
  });
}

/** Clients that send one byte every three seconds, and never finish their request's header. @returns closes them */
export async function openSlowClients(port: number, count: number): Promise<() => void> {
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
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
