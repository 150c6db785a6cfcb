import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import fastify from 'fastify';
import { type Recognised, recognise } from '../../rootfs/usr/local/lib/cluster/app/recognise.ts';

const plugin = async () => {};
const listener = (_req: unknown, _res: unknown) => {};
const marked = Object.assign(async () => {}, { [Symbol.for('skip-override')]: true });
const transpiled = (exports: Record<string, unknown>) => ({ default: { __esModule: true, ...exports } });

/** Stand-ins where the real package is not a dependency of this one; tests/image has the real ones. */
const expressApp = Object.assign((_req: unknown, _res: unknown) => {}, {
  handle() {},
  use() {},
  listen() {},
  set() {},
});
const connectApp = Object.assign((_req: unknown, _res: unknown) => {}, { handle() {}, use() {}, listen() {} });
const router = Object.assign((_req: unknown, _res: unknown) => {}, { handle() {}, use() {} });
const koa = { callback: () => listener, use() {}, middleware: [] };
const fetcher = { fetch: () => new Response('') };
const nest = { getHttpAdapter() {}, init() {}, listen() {}, close() {} };

const cases: [what: string, namespace: Record<string, unknown>, kind: Recognised['kind'], why?: RegExp][] = [
  ['an async function', { default: plugin }, 'plugin'],
  ['a function (app, options, done)', { default: (_app: unknown, _options: unknown, _done: unknown) => {} }, 'plugin'],
  ['a function without parameters', { default: () => {} }, 'plugin'],
  ['what fastify-plugin made, whatever its parameters', { default: marked }, 'plugin'],
  ['a transpiled CommonJS default', transpiled({ default: plugin }), 'plugin'],
  ['a Fastify instance', { default: fastify() }, 'fastify'],
  ['a Fastify instance as module.exports.default', transpiled({ default: fastify() }), 'fastify'],
  ['an Express app', { default: expressApp }, 'listener'],
  ['a Connect app', { default: connectApp }, 'listener'],
  ['an Express Router', { default: router }, 'unservable', /Express Router: export the app/],
  ['a Koa app', { default: koa }, 'listener'],
  ['export const handler', { handler: listener }, 'listener'],
  ['exports.handler', { default: { handler: listener }, 'module.exports': {} }, 'listener'],
  ['a transpiled handler', transpiled({ handler: listener }), 'listener'],
  ['an AWS Lambda handler', { handler: async (event: unknown) => event }, 'unservable', /AWS Lambda handler/],
  ['an object with fetch', { default: fetcher }, 'fetch'],
  ['an object with fetch and a port, as for Bun', { default: { ...fetcher, port: 3000 } }, 'fetch'],
  ['a function with fetch', { default: Object.assign(() => {}, fetcher) }, 'fetch'],
  ['a named fetch', { fetch: fetcher.fetch }, 'unservable', /export default \{ fetch \}/],
  ['a Nest application', { default: nest }, 'nest'],
  ['an http.Server', { default: http.createServer() }, 'server'],
  ['nothing', {}, 'nothing'],
  ['undefined', { default: undefined }, 'nothing'],
  ['the {} of CommonJS', { default: {} }, 'nothing'],
  ['the {} of transpiled CommonJS', transpiled({}), 'nothing'],
  ['helpers beside an own listen()', { start: plugin, port: 3000 }, 'nothing'],
  ['a promise', { default: Promise.resolve(plugin) }, 'unservable', /export default await/],
  ['a class', { default: class App {} }, 'unservable', /is a class/],
  [
    'a default listener (req, res)',
    { default: listener },
    'unservable',
    /first parameter is `_req`.*export const handler/,
  ],
  ['a default (ctx) => …', { default: (ctx: unknown) => ctx }, 'unservable', /export const handler/],
  [
    'a function of four parameters',
    { default: (_a: unknown, _b: unknown, _c: unknown, _d: unknown) => {} },
    'unservable',
    /takes 4 parameters/,
  ],
  ['some object', { default: { routes: [] } }, 'unservable', /an object \(Object\) with routes$/],
  ['an object without keys', { default: new Map() }, 'unservable', /an object \(Map\) with no keys/],
  ['a string', { default: 'hello' }, 'unservable', /a string$/],
  [
    'Polka',
    {
      default: new (class Polka {
        handler() {}
        use() {}
      })(),
    },
    'unservable',
    /export const handler = app\.handler/,
  ],
  ['hapi', { default: { listener: http.createServer(), route() {} } }, 'unservable', /server\.start\(\)/],
  ['restify', { default: { server: http.createServer() } }, 'unservable', /server\.listen\(\)/],
  ['Socket.IO', { default: { httpServer: {}, of() {} } }, 'unservable', /httpServer\.listen\(\)/],
];

for (const [what, namespace, kind, why] of cases) {
  test(`${what}: ${kind}`, () => {
    const recognised = recognise(namespace);
    assert.equal(recognised.kind, kind);
    if (why !== undefined) assert.match((recognised as { why: string }).why, why);
  });
}

test('the named export `options` goes to the Fastify server', () => {
  const recognised = recognise({ default: plugin, options: { bodyLimit: 5 } });
  assert.deepEqual(recognised, { kind: 'plugin', value: plugin, options: { bodyLimit: 5 } });
});

test('a Koa app is served by its callback', () => {
  assert.equal((recognise({ default: koa }) as { value: unknown }).value, listener);
});
