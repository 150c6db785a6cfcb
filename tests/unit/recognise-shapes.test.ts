// What a module exports, in the shapes that code of people, of TypeScript and of Babel has. The real objects of frameworks
// are in recognise.test.ts.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { test } from 'node:test';
import { type Recognised, recognise } from '../../rootfs/usr/local/lib/cluster/app/recognise.ts';

const listener = (_request: unknown, _response: unknown) => {};
const method = () => {};
const then = 'then';

function why(namespace: Record<string, unknown>): string {
  const recognised = recognise(namespace);
  assert.equal(recognised.kind, 'unservable');
  return (recognised as Recognised & { kind: 'unservable' }).why;
}

test('`handler` counts where nothing else is exported by default, or a plain object', () => {
  const expected = { kind: 'listener', value: listener };
  assert.deepEqual(recognise({ handler: listener }), expected);
  assert.deepEqual(recognise({ default: { handler: listener } }), expected);
  assert.deepEqual(recognise({ default: Object.assign(Object.create(null), { handler: listener }) }), expected);
  assert.deepEqual(recognise({ default: { port: 80 }, handler: listener }), expected);
  assert.deepEqual(recognise({ default: null, handler: listener }), expected);
});

test('a default export that can be served goes before `handler`', () => {
  const plugin = async () => {};
  assert.deepEqual(recognise({ default: plugin, handler: listener }), {
    kind: 'plugin',
    value: plugin,
    options: {},
    confidence: 'unlikely',
  });
  const server = http.createServer();
  assert.deepEqual(recognise({ default: server, handler: listener }), { kind: 'server', value: server });
  const withFetch = { fetch: method };
  assert.deepEqual(recognise({ default: withFetch, handler: listener }), { kind: 'fetch', value: withFetch });
});

test('a property is exported only by the module itself, not by what its exports inherit', () => {
  class Exports {
    handler = listener;
  }
  assert.match(why({ default: new Exports() }), /an object \(Exports\) with handler$/);
  assert.deepEqual(recognise({ default: Object.create(null) }), { kind: 'nothing' });
  assert.deepEqual(recognise({ default: { toString: 1 } }).kind, 'unservable');
});

test('a handler that takes an event is one of AWS Lambda, whatever the letters’ case', () => {
  for (const handler of [
    (event: unknown) => event,
    (_event: unknown) => {},
    (Event: unknown) => Event,
    async (event: unknown) => event,
  ]) {
    assert.match(why({ handler }), /AWS Lambda/);
  }
  for (const handler of [(events: unknown) => events, (anEvent: unknown) => anEvent, (req: unknown) => req, () => {}]) {
    assert.deepEqual(recognise({ handler }), { kind: 'listener', value: handler });
  }
});

test('a named `fetch` alone is told how to be a default export', () => {
  assert.match(why({ fetch: method }), /export default \{ fetch \}/);
  assert.match(why({ default: {}, fetch: method }), /export default \{ fetch \}/);
  assert.deepEqual(recognise({ fetch: 'https://example.com' }), { kind: 'nothing' });
});

test('what TypeScript and Babel leave in CommonJS is unpacked once', () => {
  const app = { fetch: method };
  assert.deepEqual(recognise({ default: { __esModule: true, default: app } }), { kind: 'fetch', value: app });
  assert.deepEqual(recognise({ default: { __esModule: true } }), { kind: 'nothing' });
  assert.equal(recognise({ default: { default: app } }).kind, 'unservable');
  assert.equal(recognise({ default: { __esModule: false, default: app } }).kind, 'unservable');
  const callable = Object.assign(async () => {}, { __esModule: true, default: app });
  assert.equal(recognise({ default: callable }).kind, 'plugin');
});

test('`options` goes with a plugin of an ES module and of CommonJS', () => {
  const plugin = async () => {};
  const options = { bodyLimit: 5 };
  assert.deepEqual(recognise({ default: plugin, options }), {
    kind: 'plugin',
    value: plugin,
    options,
    confidence: 'unlikely',
  });
  const transpiled = { default: { __esModule: true, default: plugin, options } };
  assert.deepEqual(recognise(transpiled), { kind: 'plugin', value: plugin, options, confidence: 'unlikely' });
});

test('half of a framework’s methods are not the framework', () => {
  const server = net.createServer();
  for (const object of [
    { init: method },
    { getHttpAdapter: method },
    { register: method, ready: method, server },
    { inject: method, ready: method, server },
    { inject: method, register: method, server },
    { inject: method, register: method, ready: method, server: {} },
    { use: method, middleware: [] },
    { callback: method, middleware: [] },
    { callback: method, use: method, middleware: {} },
    { fetch: 'https://example.com' },
  ]) {
    assert.match(
      why({ default: object }),
      /^the default export is an object \(Object\) with /,
      Object.keys(object).join(),
    );
  }
  const nest = { getHttpAdapter: method, init: method };
  assert.deepEqual(recognise({ default: nest }), { kind: 'nest', value: nest });
  const fastify = { inject: method, register: method, ready: method, server };
  assert.deepEqual(recognise({ default: fastify }), { kind: 'fastify', value: fastify });
});

test('a promise is not an app, an app with a then() of its own is', () => {
  assert.match(why({ default: Promise.resolve() }), /export default await/);
  assert.match(why({ default: { [then]: method } }), /export default await/);
  // As Fastify: it can be awaited.
  assert.equal(
    recognise({ default: Object.assign(async () => {}, { [then]: method, inject: method }) }).kind,
    'plugin',
  );
});

test('functions with methods are apps, routers and web handlers', () => {
  const app = Object.assign(() => {}, { handle: method, use: method, listen: method });
  assert.deepEqual(recognise({ default: app }), { kind: 'listener', value: app });
  assert.match(why({ default: Object.assign(() => {}, { handle: method, use: method }) }), /Express Router/);
  assert.equal(recognise({ default: Object.assign(() => {}, { use: method }) }).kind, 'plugin');
  assert.equal(recognise({ default: Object.assign(() => {}, { handle: method }) }).kind, 'plugin');
  const withFetch = Object.assign(() => {}, { fetch: method });
  assert.deepEqual(recognise({ default: withFetch }), { kind: 'fetch', value: withFetch });
});

test('what fastify-plugin has marked is a plugin, whatever its parameters are called', () => {
  const marked = (mark: string) => Object.assign((req: unknown) => req, { [Symbol.for(mark)]: true });
  assert.equal(recognise({ default: marked('skip-override') }).kind, 'plugin');
  assert.equal(recognise({ default: marked('plugin-meta') }).kind, 'plugin');
  assert.equal(recognise({ default: marked('another') }).kind, 'unservable');
});

test('a default function with the parameter of a request listener is told so, however it is written', () => {
  const methods = {
    serve(req: unknown) {
      return req;
    },
    async serveLater(request: unknown) {
      return request;
    },
  };
  for (const listenerLike of [
    (req: unknown) => req,
    async (request: unknown) => request,
    (ctx: unknown) => ctx,
    (context: unknown) => context,
    (event: unknown) => event,
    (evt: unknown) => evt,
    (incoming: unknown) => incoming,
    (_req: unknown) => {},
    (Req: unknown) => Req,
    (req = {}) => req,
    function named(req: unknown) {
      return req;
    },
    function* (req: unknown) {
      yield req;
    },
    function* named(req: unknown) {
      yield req;
    },
    new Function('return req => req')() as object,
    new Function('return async req => req')() as object,
    new Function('return async  ( req , res ) => req')() as object,
    new Function('return function   named  (  req  ) {}')() as object,
    new Function('return async   req => req')() as object,
    new Function('return function(req){}')() as object,
    new Function('return function*(req){}')() as object,
    new Function('return function * named(req) {}')() as object,
    new Function('return { serve (req) {} }.serve')() as object,
    methods.serve,
    methods.serveLater,
  ]) {
    assert.match(
      why({ default: listenerLike }),
      /first parameter is `_?(req|request|incoming|ctx|context|event|evt)`/i,
      String(listenerLike),
    );
  }
});

test('each kind of handler is told what to export instead', () => {
  assert.match(why({ default: (req: unknown) => req }), /write `export const handler = …`$/);
  assert.match(why({ default: (ctx: unknown) => ctx }), /Hono or Koa .* export the app that uses it/);
  assert.match(why({ default: (event: unknown) => event }), /h3 .* export the app that uses it/);
  assert.match(why({ default: () => new Response('') }), /Write `export default \{ fetch: … \}`$/);
});

test('a default function with any other parameter is a plugin', () => {
  for (const plugin of [
    (app: unknown) => app,
    (fastify: unknown, _options: unknown, _done: unknown) => fastify,
    (requests: unknown) => requests,
    (aRequest: unknown) => aRequest,
    (__req: unknown) => {},
    ({ req }: { req: unknown }) => req,
    ([req]: unknown[]) => req,
    () => {},
    function req() {},
    (a: unknown) => (req: unknown) => [a, req],
    () => class App {},
  ]) {
    const { confidence, ...found } = recognise({ default: plugin }) as Recognised & { kind: 'plugin' };
    assert.deepEqual(found, { kind: 'plugin', value: plugin, options: {} }, String(plugin));
    assert.ok(['certain', 'possible', 'unlikely'].includes(confidence), String(plugin));
  }
});

test('a class is told to be instantiated, a function whose name begins like it is not', () => {
  assert.match(why({ default: class {} }), /is a class/);
  assert.match(why({ default: class App extends Object {} }), /is a class/);
  assert.equal(recognise({ default: new Function('return classes => classes')() }).kind, 'plugin');
});

test('what cannot be served is described by its type, its class and its first keys', () => {
  assert.equal(why({ default: 5 }), 'the default export is a number');
  assert.equal(why({ default: true }), 'the default export is a boolean');
  assert.equal(
    why({ default: { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 } }),
    'the default export is an object (Object) with a, b, c, d, e',
  );
  assert.equal(why({ default: [] }), 'the default export is an object (Array) with no keys');
  const bare = Object.assign(Object.create(null), { a: 1 });
  assert.equal(why({ default: bare }), 'the default export is an object (object without prototype) with a');
});

test('frameworks that are not exported as they are: what to write for each', () => {
  const server = net.createServer();
  for (const [object, hint] of [
    [{ handler: 1, use: method }, /with handler, use$/],
    [Object.assign(Object.create({ handler: method, use: method })), /Of Polka, write/],
    [Object.assign(Object.create({ handler: method })), /no keys$/],
    [Object.assign(Object.create({ listener: server, route: method })), /Of hapi, call/],
    [Object.assign(Object.create({ listener: server })), /no keys$/],
    [Object.assign(Object.create({ listener: {}, route: method })), /no keys$/],
    [{ server }, /Of restify, call/],
    [{ server: {} }, /with server$/],
    [{ httpServer: server, of: method }, /Of Socket\.IO, call/],
    [{ httpServer: server }, /with httpServer$/],
    [{ of: method }, /with of$/],
  ] as const) {
    assert.match(why({ default: object }), hint);
  }
});
