// Checks every response of a contender before it is measured: a contender with a wrong one is disqualified.
import http from 'node:http';
import https from 'node:https';
import { isDeepStrictEqual } from 'node:util';

interface HttpResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly durationMs: number;
}

interface Check {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly body?: Buffer;
  readonly contentType?: string;
  /** The work takes this long: a faster response did not do it. */
  readonly atLeastMs?: number;
  /** @returns the problem with the body, or undefined */
  readonly problemOf: (body: Buffer) => string | undefined;
  /** A header that the response must have. */
  readonly header?: readonly [name: string, value: string];
}

const fortunesInOrder: readonly (readonly [id: number, message: string])[] = [
  [11, '<script>alert("This should not be displayed in a browser alert box.");</script>'],
  [4, 'A bad random number generator: 1, 1, 1, 1, 1, 4.33e+67, 1, 1, 1'],
  [5, 'A computer program does what you tell it to do, not what you want it to do.'],
  [2, "A computer scientist is someone who fixes things that aren't broken."],
  [8, 'A list is only as strong as its weakest link. — Donald Knuth'],
  [0, 'Additional fortune added at request time.'],
  [3, 'After enough decimal places, nobody gives a damn.'],
  [7, 'Any program that runs right is obsolete.'],
  [10, 'Computers make very fast, very accurate mistakes.'],
  [6, 'Emacs is a nice operating system, but I prefer UNIX. — Tom Christaensen'],
  [9, 'Feature: A bug with seniority.'],
  [1, 'fortune: No such file or directory'],
  [12, 'フレームワークのベンチマーク'],
];

const checks: readonly Check[] = [
  { path: '/json', problemOf: isJson({ hello: 'world' }) },
  { path: '/json/10k', problemOf: isJson(document(70)) },
  { path: '/json/200k', problemOf: isJson(document(1400)) },
  ...['', '/away'].flatMap((place): Check[] => [
    { path: `${place}/db`, problemOf: isWorld, ...(place && { atLeastMs: 1 }) },
    { path: `${place}/queries`, problemOf: areWorlds, ...(place && { atLeastMs: 20 }) },
    {
      path: `${place}/fortunes`,
      contentType: 'text/html; charset=utf-8',
      problemOf: areFortunes,
      ...(place && { atLeastMs: 1 }),
    },
  ]),
  { path: '/wait', atLeastMs: 19, problemOf: isJson({ waited: 20 }) },
  { path: '/cpu', atLeastMs: 2, problemOf: isJson({ computed: 2 }) },
  ...Object.entries({ '10k': 10 * 1024, '1m': 1024 * 1024 }).map(([name, size]) => ({
    path: `/static/${name}.bin`,
    contentType: 'application/octet-stream',
    problemOf: areBytes(Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 31) % 251))),
  })),
  {
    path: '/upload',
    method: 'POST',
    body: Buffer.alloc(100 * 1024, 'upload'),
    problemOf: isJson({ length: 100 * 1024 }),
  },
  { path: '/cached', header: ['cache-control', 's-maxage=1'], problemOf: isJson({ hello: 'world' }) },
  { path: '/block?ms=30', method: 'POST', atLeastMs: 29, problemOf: () => undefined },
  { path: '/version', problemOf: (body) => (parse(body)?.version ? undefined : `no version in ${excerpt(body)}`) },
];

/**
 * Sends each request of the benchmark once, over HTTP and, if there is a `tlsUrl`, over HTTPS.
 *
 * @param baseUrl such as `http://127.0.0.1:8080`
 * @param tlsUrl such as `https://127.0.0.1:8443`; the certificate is not verified
 * @returns the problems, one per line; none: the contender may be measured
 */
export async function conform(baseUrl: string, tlsUrl?: string): Promise<string[]> {
  const problems: string[] = [];
  for (const base of tlsUrl === undefined ? [baseUrl] : [baseUrl, tlsUrl]) {
    for (const check of checks) problems.push(...(await problemsOf(base, check)));
    problems.push(...(await sameRowProblem(base)));
  }
  return problems;
}

async function problemsOf(base: string, check: Check): Promise<string[]> {
  const { path, method = 'GET', contentType = 'application/json', atLeastMs = 0, header } = check;
  const problems: string[] = [];
  try {
    const { status, headers, body, durationMs } = await send(base + path, method, check.body);
    if (status !== 200) return [`${method} ${base}${path}: status ${status}, ${excerpt(body)}`];
    const type = headers['content-type'] ?? 'none';
    // /block is there for its effect: its response is not specified.
    if (!path.startsWith('/block') && !isType(type, contentType)) {
      problems.push(`content type ${type} instead of ${contentType}`);
    }
    if (header !== undefined && headers[header[0]] !== header[1]) {
      problems.push(`${header[0]}: ${headers[header[0]]} instead of ${header[1]}`);
    }
    if (durationMs < atLeastMs)
      problems.push(`responded in ${durationMs.toFixed(1)} ms, too fast to have done the work`);
    const problem = check.problemOf(body);
    if (problem !== undefined) problems.push(problem);
  } catch (error) {
    problems.push(error instanceof Error ? error.message || error.name : String(error));
  }
  return problems.map((problem) => `${method} ${base}${path}: ${problem}`);
}

/** A row that is always the same comes from a cache, not from the database. */
async function sameRowProblem(base: string): Promise<string[]> {
  try {
    const responses = await Promise.all(Array.from({ length: 8 }, () => send(`${base}/db`, 'GET')));
    const ids = new Set(responses.map(({ body }) => parse(body)?.id));
    return ids.size > 1 ? [] : [`GET ${base}/db: the same row eight times`];
  } catch (error) {
    return [`GET ${base}/db: ${String(error)}`];
  }
}

function send(url: string, method: string, body?: Buffer): Promise<HttpResponse> {
  const start = performance.now();
  const headers = body && { 'content-type': 'application/octet-stream', 'content-length': body.length };
  const options = { method, headers, agent: false, rejectUnauthorized: false, signal: AbortSignal.timeout(30_000) };
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? https : http).request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const durationMs = performance.now() - start;
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
          durationMs,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** JSON may have `charset=utf-8`, which means nothing there. */
function isType(type: string, wanted: string): boolean {
  const plain = type.toLowerCase().replace(/;\s*/g, '; ');
  return plain === wanted || (wanted === 'application/json' && plain === `${wanted}; charset=utf-8`);
}

function document(count: number) {
  return {
    items: Array.from({ length: count }, (_, id) => ({
      id,
      name: `Item number ${id}`,
      price: id * 1.25,
      tags: ['red', 'green', 'blue'],
      description: 'An item like any other, with a text of some length.',
    })),
  };
}

function isJson(wanted: unknown) {
  return (body: Buffer) =>
    isDeepStrictEqual(parse(body), wanted) ? undefined : `${excerpt(body)} is not the expected JSON`;
}

function areBytes(wanted: Buffer) {
  return (body: Buffer) => (body.equals(wanted) ? undefined : `not the ${wanted.length} bytes of the file`);
}

/** The numbers are those of database.sql. */
function isWorld(body: Buffer): string | undefined {
  return isRow(parse(body)) ? undefined : `${excerpt(body)} is not a row of world`;
}

function areWorlds(body: Buffer): string | undefined {
  const rows = parse(body);
  if (!Array.isArray(rows) || rows.length !== 20 || !rows.every(isRow))
    return `${excerpt(body)} is not 20 rows of world`;
  return new Set(rows.map(({ id }) => id)).size > 1 ? undefined : 'the same row 20 times';
}

function isRow(row: unknown): boolean {
  const { id } = Object(row);
  return (
    Number.isInteger(id) &&
    id >= 1 &&
    id <= 10_000 &&
    isDeepStrictEqual(row, { id, randomNumber: ((id * 7919) % 10_000) + 1 })
  );
}

function areFortunes(body: Buffer): string | undefined {
  const html = body.toString().trim().replaceAll(/>\s+</g, '><');
  const head =
    '<!DOCTYPE html><html lang="en"><head><title>Fortunes</title></head><body><table><tr><th>id</th><th>message</th></tr>';
  const tail = '</table></body></html>';
  if (!html.startsWith(head) || !html.endsWith(tail)) return `${excerpt(body)} is not the page of fortunes`;
  const rows = html.slice(head.length, -tail.length);
  const found = [...rows.matchAll(/<tr><td>(\d+)<\/td><td>([^<>]*)<\/td><\/tr>/g)];
  // A script that was not escaped does not match, so it is missing from `found`.
  if (found.map(([row]) => row).join('') !== rows)
    return 'the page has something else than rows, or something that is not escaped';
  const fortunes = found.map(([, id, message]) => [Number(id), unescapeHtml(message ?? '')]);
  return isDeepStrictEqual(fortunes, fortunesInOrder) ? undefined : 'the fortunes, or their order, are wrong';
}

function unescapeHtml(text: string): string {
  const names: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replaceAll(/&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));/gi, (whole, hexadecimal, decimal, name) => {
    if (name !== undefined) return names[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(hexadecimal ?? decimal, hexadecimal ? 16 : 10));
  });
}

// biome-ignore lint/suspicious/noExplicitAny: the body may be anything
function parse(body: Buffer): any {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function excerpt(body: Buffer): string {
  const text = body.toString().slice(0, 120);
  return JSON.stringify(text.length < body.length ? `${text}…` : text);
}
