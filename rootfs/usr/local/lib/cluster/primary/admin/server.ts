// What the primary tells about itself: to nginx and the `cluster` command over a unix socket, to orchestrators and people
// over TCP. Read-only; orders are taken by control.ts.
import { once as event } from 'node:events';
import { rmSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { guarded, once } from '../../guarded.ts';
import http from '../../lean-http.ts';
import { log } from '../../log.ts';
import type { NginxStatus } from '../../nginx/nginx-status.ts';
import type { PoolStatus } from '../../pool/decide/pool-status.ts';
import type { ProcessStatus } from '../../processes/process-state.ts';
import { renderDevPage } from '../dev/page.ts';
import { explainedReadiness, liveness, type ProbeFacts, readinessOfPort, startup, type Verdict } from './probes.ts';

export interface Status extends PoolStatus {
  /** At least one worker is ready, and the container has not been asked to stop. */
  readonly ready: boolean;
  readonly draining: boolean;
  /** nginx refuses requests (`cluster maintenance on`). */
  readonly isInMaintenance: boolean;
  readonly entry: string;
  /** Of PROCESSES. */
  readonly processes: readonly ProcessStatus[];
  readonly pid: number;
  readonly uptimeSeconds: number;
}

/** Asked at each request. */
export interface AdminSources {
  readonly status: () => Status;
  readonly facts: () => ProbeFacts;
  readonly nginx: () => Promise<NginxStatus | undefined>;
  /** Dev mode: why no version of the app answers. */
  readonly problem: () => string | undefined;
}

export interface AdminOptions extends AdminSources {
  /** The unix socket's path. */
  readonly socket: string;
  /** 0: no TCP port. */
  readonly port: number;
  /** undefined: all addresses. */
  readonly host: string | undefined;
}

/** What one path responds with. */
interface AdminResponse {
  readonly statusCode: number;
  readonly contentType: string;
  readonly body: string;
}

type Responses = Readonly<Record<string, () => AdminResponse | Promise<AdminResponse>>>;

/** Not by Fastify, as one might expect here: to load it takes a core longer than all else that the primary does at the start. */
export async function startAdmin({ socket, port, host, ...sources }: AdminOptions): Promise<void> {
  const responses = responsesOf(sources);
  const listener = guarded('a request to the admin port', (request: IncomingMessage, response: ServerResponse) =>
    respond(responses, request, response),
  );
  rmSync(socket, { force: true });
  const inside = http.createServer(listener);
  inside.listen(socket);
  await event(inside, 'listening');
  if (port !== 0) await listenOutside(listener, port, host);
}

function responsesOf(sources: AdminSources): Responses {
  const { status, facts, nginx, problem } = sources;
  return {
    '/livez': async () => verdict(liveness(facts(), await nginx())),
    '/readyz': async () => verdict(explainedReadiness(facts(), await nginx())),
    // What nginx asks for HEALTH_PATH.
    '/healthz': async () => verdict(readinessOfPort(facts(), await nginx())),
    '/startupz': () => verdict(startup(facts())),
    '/status': () => json(200, status()),
    '/dev': () => ({ statusCode: 503, contentType: 'text/html; charset=utf-8', body: renderDevPage(problem()) }),
  };
}

async function respond(responses: Responses, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?');
  // The page of dev mode stands for whatever the app was asked.
  const isRead = path === '/dev' || request.method === 'GET' || request.method === 'HEAD';
  const given = isRead && Object.hasOwn(responses, path) ? await responses[path]?.() : undefined;
  const { statusCode, contentType, body } = given ?? json(404, { status: 'not found' });
  response.writeHead(statusCode, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
}

function verdict({ isGood, ...body }: Verdict): AdminResponse {
  return json(isGood ? 200 : 503, body);
}

function json(statusCode: number, value: unknown): AdminResponse {
  return { statusCode, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

/** The same answers over TCP. A port that is taken is no reason to end what serves: it is said, and done without. */
async function listenOutside(listener: RequestListener, port: number, host: string | undefined): Promise<void> {
  const server = http.createServer(listener);
  await new Promise<void>((resolve) => {
    once(server, 'error', 'opening ADMIN_PORT', (error: NodeJS.ErrnoException) => {
      log(
        `ADMIN_PORT=${port} cannot be opened (${error.code}): it is done without. Write another one, or ADMIN_PORT=off.`,
      );
      resolve();
    });
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
  });
}
