// Does a contender do what it is measured at? Every answer is checked by its value; who answers something else is out.
import http from 'node:http';
import https from 'node:https';
import { isDeepStrictEqual } from 'node:util';

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly durationMs: number;
}

interface Question {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly body?: Buffer;
  readonly contentType?: string;
  /** It cannot have been answered in less, had the work been done. */
  readonly atLeastMs?: number;
  /** @returns what is wrong with the body */
  readonly check: (body: Buffer) => string | undefined;
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

const questions: readonly Question[] = [
  { path: '/json', check: isJson({ hello: 'world' }) },
  { path: '/json/10k', check: isJson(document(70)) },
  { path: '/json/200k', check: isJson(document(1400)) },
  ...['', '/away'].flatMap((place): Question[] => [
    { path: `${place}/db`, check: isWorld, ...(place && { atLeastMs: 1 }) },
    { path: `${place}/queries`, check: areWorlds, ...(place && { atLeastMs: 20 }) },
    {
      path: `${place}/fortunes`,
      contentType: 'text/html; charset=utf-8',
      check: areFortunes,
      ...(place && { atLeastMs: 1 }),
    },
  ]),
  { path: '/wait', atLeastMs: 19, check: isJson({ waited: 20 }) },
  { path: '/cpu', atLeastMs: 2, check: isJson({ computed: 2 }) },
  ...Object.entries({ '10k': 10 * 1024, '1m': 1024 * 1024 }).map(([name, size]) => ({
    path: `/static/${name}.bin`,
    contentType: 'application/octet-stream',
    check: areBytes(Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 31) % 251))),
  })),
  {
    path: '/upload',
    method: 'POST',
    body: Buffer.alloc(100 * 1024, 'upload'),
    check: isJson({ length: 100 * 1024 }),
  },
  { path: '/cached', header: ['cache-control', 's-maxage=1'], check: isJson({ hello: 'world' }) },
  { path: '/block?ms=30', method: 'POST', atLeastMs: 29, check: () => undefined },
  { path: '/version', check: (body) => (parse(body)?.version ? undefined : `no version in ${shown(body)}`) },
];

/**
 * Asks a contender everything it is measured at, once, over HTTP and, if there is one, HTTPS.
 *
 * @param baseUrl such as `http://127.0.0.1:8080`
 * @param tlsUrl such as `https://127.0.0.1:8443`; any certificate will do
 * @returns what is wrong, a line each; nothing: it may be measured
 */
export async function conform(baseUrl: string, tlsUrl?: string): Promise<string[]> {
  const problems: string[] = [];
  for (const base of tlsUrl === undefined ? [baseUrl] : [baseUrl, tlsUrl]) {
    for (const question of questions) problems.push(...(await judge(base, question)));
    problems.push(...(await drawsAnew(base)));
  }
  return problems;
}

async function judge(base: string, question: Question): Promise<string[]> {
  const { path, method = 'GET', contentType = 'application/json', atLeastMs = 0, header, check } = question;
  const problems: string[] = [];
  try {
    const { status, headers, body, durationMs } = await ask(base + path, method, question.body);
    if (status !== 200) return [`${method} ${base}${path}: status ${status}, ${shown(body)}`];
    const type = headers['content-type'] ?? 'none';
    // /block is asked for what it does, not for what it says.
    if (!path.startsWith('/block') && !isType(type, contentType)) {
      problems.push(`content type ${type} instead of ${contentType}`);
    }
    if (header !== undefined && headers[header[0]] !== header[1]) {
      problems.push(`${header[0]}: ${headers[header[0]]} instead of ${header[1]}`);
    }
    if (durationMs < atLeastMs) problems.push(`answered in ${durationMs.toFixed(1)} ms, before it can be done`);
    const wrong = check(body);
    if (wrong !== undefined) problems.push(wrong);
  } catch (error) {
    problems.push(error instanceof Error ? error.message || error.name : String(error));
  }
  return problems.map((problem) => `${method} ${base}${path}: ${problem}`);
}

/** A row that is always the same would have been remembered, not asked for. */
async function drawsAnew(base: string): Promise<string[]> {
  try {
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(`${base}/db`, 'GET')));
    const ids = new Set(answers.map(({ body }) => parse(body)?.id));
    return ids.size > 1 ? [] : [`GET ${base}/db: the same row eight times`];
  } catch (error) {
    return [`GET ${base}/db: ${String(error)}`];
  }
}

function ask(url: string, method: string, body?: Buffer): Promise<Answer> {
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

/** Of JSON, `charset=utf-8` says nothing and may be there or not. */
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
  return (body: Buffer) => (isDeepStrictEqual(parse(body), wanted) ? undefined : `${shown(body)} is not as agreed`);
}

function areBytes(wanted: Buffer) {
  return (body: Buffer) => (body.equals(wanted) ? undefined : `not the ${wanted.length} bytes of the file`);
}

/** database.sql makes the numbers. */
function isWorld(body: Buffer): string | undefined {
  return isRow(parse(body)) ? undefined : `${shown(body)} is no row of world`;
}

function areWorlds(body: Buffer): string | undefined {
  const rows = parse(body);
  if (!Array.isArray(rows) || rows.length !== 20 || !rows.every(isRow)) return `${shown(body)} is not 20 rows of world`;
  return new Set(rows.map(({ id }) => id)).size > 1 ? undefined : 'one row, 20 times';
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
  if (!html.startsWith(head) || !html.endsWith(tail)) return `${shown(body)} is not the page of fortunes`;
  const rows = html.slice(head.length, -tail.length);
  const found = [...rows.matchAll(/<tr><td>(\d+)<\/td><td>([^<>]*)<\/td><\/tr>/g)];
  // Whatever is not such a row, as a script that was not escaped, is left over.
  if (found.map(([row]) => row).join('') !== rows) return 'something that is no row in the page, or not escaped';
  const fortunes = found.map(([, id, message]) => [Number(id), unescapeHtml(message ?? '')]);
  return isDeepStrictEqual(fortunes, fortunesInOrder) ? undefined : 'other fortunes, or in another order';
}

function unescapeHtml(text: string): string {
  const names: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replaceAll(/&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));/gi, (whole, hexadecimal, decimal, name) => {
    if (name !== undefined) return names[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(hexadecimal ?? decimal, hexadecimal ? 16 : 10));
  });
}

// biome-ignore lint/suspicious/noExplicitAny: anything may come
function parse(body: Buffer): any {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function shown(body: Buffer): string {
  const text = body.toString().slice(0, 120);
  return JSON.stringify(text.length < body.length ? `${text}…` : text);
}
