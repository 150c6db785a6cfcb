// Clients that do not stop asking, and check every answer: GET and POST with bodies, on connections that are kept and on
// one a request.
import { createHash, randomBytes } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { TestContext } from 'node:test';
import { defaultDeadlineMs, until, within } from '../../support/deadline.ts';
import type { Container } from './container.ts';

/** The app's answer to /echo. */
interface Echo {
  readonly worker: number;
  readonly pid: number;
  readonly version: string;
  readonly method: string;
  readonly sha1: string;
}

export interface Failure {
  readonly method: string;
  /** Which of the clients: "POST, kept" */
  readonly client: string;
  /** "502" or "ECONNRESET" */
  readonly what: string;
  /** By performance.now(). */
  readonly beganAt: number;
  readonly endedAt: number;
}

export interface Outcome {
  readonly requests: number;
  readonly failures: readonly Failure[];
  /** Requests that each process has answered. */
  readonly byPid: ReadonlyMap<number, number>;
}

/** nginx waits for a minute for a worker's answer, REQUEST_TIMEOUT. */
const responseDeadlineMs = 90_000;
/** Of each kind. All kinds together send what two workers can answer. */
const clientsOfAKind = 2;
const bodies = [0, 1, 900, 20_000, 90_000]
  .map((length) => randomBytes(length))
  .map((body) => ({ body, sha1: sha1Of(body) }));

export class Load {
  readonly #url: string;
  readonly #clients: Promise<void>[] = [];
  readonly #failures: Failure[] = [];
  readonly #byPid = new Map<number, number>();
  readonly #agents: Agent[] = [];
  #requests = 0;
  #isOver = false;

  constructor(container: Pick<Container, 'url'>, path = '/echo') {
    this.#url = container.url(path);
  }

  /** So many requests have been answered, or have failed. */
  get requests(): number {
    return this.#requests;
  }

  /** @param t the test, at whose end the clients stop in any case */
  start(t: TestContext): this {
    t.after(() => this.stop());
    for (const method of ['GET', 'POST']) {
      for (const isKept of [true, false]) {
        for (let client = 0; client < clientsOfAKind; client += 1) this.#clients.push(this.#ask(method, isKept));
      }
    }
    return this;
  }

  /** Resolves when so many requests more have been answered, or have failed. */
  async next(requests: number, withinMs = defaultDeadlineMs): Promise<void> {
    const goal = this.#requests + requests;
    await until(
      `request ${goal} of the load`,
      () => this.#requests,
      (count) => count >= goal,
      { withinMs, everyMs: 10 },
    );
  }

  /** Lets each client have its last answer. */
  async stop(): Promise<Outcome> {
    this.#isOver = true;
    await Promise.all(this.#clients);
    for (const agent of this.#agents) agent.destroy();
    return { requests: this.#requests, failures: this.#failures, byPid: this.#byPid };
  }

  async #ask(method: string, isKept: boolean): Promise<void> {
    const agent = new Agent({ keepAlive: isKept, maxSockets: 1 });
    this.#agents.push(agent);
    for (let number = 0; !this.#isOver; number += 1) {
      const beganAt = performance.now();
      const { body, sha1 } = (method === 'POST' ? bodies[number % bodies.length] : bodies[0]) as (typeof bodies)[0];
      const what = await this.#once(method, agent, body, sha1);
      this.#requests += 1;
      if (what === undefined) continue;
      const client = `${method}, ${isKept ? 'kept' : 'one a request'}`;
      this.#failures.push({ method, client, what, beganAt, endedAt: performance.now() });
    }
  }

  /** @returns what was wrong with the answer */
  async #once(method: string, agent: Agent, body: Buffer, sha1: string): Promise<string | undefined> {
    try {
      const response = send(this.#url, method, agent, body);
      const { status, text } = await within(responseDeadlineMs, 'a response', response);
      if (status !== 200) return String(status);
      const echo = JSON.parse(text) as Echo;
      this.#byPid.set(echo.pid, (this.#byPid.get(echo.pid) ?? 0) + 1);
      return echo.method === method && echo.sha1 === sha1 ? undefined : `another request's answer: ${text}`;
    } catch (error) {
      // What is late keeps its connection, which the next request waits for.
      agent.destroy();
      return (error as NodeJS.ErrnoException).code ?? String(error);
    }
  }
}

async function send(url: string, method: string, agent: Agent, body: Buffer) {
  const headers = method === 'POST' ? { 'content-length': body.length } : {};
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method, agent, headers }, resolve).on('error', reject).end(body);
  });
  return { status: response.statusCode, text: Buffer.concat(await response.toArray()).toString() };
}

function sha1Of(body: Buffer): string {
  return createHash('sha1').update(body).digest('hex');
}
