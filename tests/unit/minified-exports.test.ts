// A minifier takes the names of parameters away: a plugin still runs as one, and a handler is still refused.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { type JsMinifyOptions, minify, type Options, transform } from '@swc/core';
import { recognise } from '../../rootfs/usr/local/lib/cluster/app/recognise.ts';

/** The one that tsx brings. */
const { transform: transformWithEsbuild } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild');

/** Default exports as people write them. */
const plugins: Record<string, string> = {
  'with a route': `export default async function (app, options) { app.get('/', async () => ({ up: true })); }`,
  'in one expression': `export default async (fastify) => fastify.get('/up', { schema: {} }, (request, reply) => reply.send(request.url));`,
  'with handlers that have its parameters’ names once they are short': `
    export default async function plugin(fastify, options) {
      fastify.post('/users', async (request, reply) => {
        if (request.headers['x-a']) { reply.status(400).send(request.body); }
        const answer = await new Promise((resolve) => fastify.inject({ url: request.url }, (error, response) => resolve(response)));
        return reply.send(answer);
      });
      for (const item of options.items ?? []) { item.stream.on('data', (chunk, end) => { end.write(chunk.url); }); }
    }`,
  'with paths from elsewhere': `
    const paths = JSON.parse(process.env.PATHS ?? '["/a"]');
    export default async (server) => { for (const path of paths) server.get(path, async () => path); };`,
  'that registers others': `
    const routes = async (scope) => { scope.get('/x', async () => 1); };
    export default function (instance, options, done) { instance.register(routes, { prefix: '/v1' }); done(); }`,
  'with hooks and decorators only': `export default async function (app) { app.decorate('now', () => Date.now()); app.addHook('onRequest', async (request, reply) => { reply.header('a', request.url); }); }`,
  'that leaves all to a helper': `
    const helper = (app, options) => app.get('/', async () => options);
    export default async function (app, options) { await helper(app, options); }`,
  'with options as a pattern': `export default async function (app, { greeting = 'hi', ...others }) { app.get('/', async () => ({ greeting, others })); }`,
  'that answers with a Response': `export default async (app) => { app.get('/', () => new Response('hi')); };`,
  'with listeners of its own server': `
    export default async function (app) { app.server.on('upgrade', (request, socket) => { socket.write(request.url); socket.end('x'); }); }`,
  'with TypeScript’s types': `
    interface Instance { get(path: string, handler: () => unknown): void }
    export default async function plugin(app: Instance, options: { name?: string }): Promise<void> { app.get('/', () => options.name); }`,
};

const handlers: Record<string, [source: string, remedy: RegExp]> = {
  'a request listener': [`export default (req, res) => { res.end('hi ' + req.url); };`, /export const handler/],
  'an async request listener': [
    `export default async function (request, response) { response.writeHead(200); response.end(await Promise.resolve('hi')); }`,
    /export const handler/,
  ],
  'an Express handler': [
    `export default (req, res) => res.status(200).json({ path: req.path });`,
    /export const handler/,
  ],
  'a middleware': [
    `export default (req, res, next) => { if (req.method !== 'GET') { res.statusCode = 405; res.end(); } else next(); };`,
    /export const handler/,
  ],
  'a listener that reads the body': [
    `export default (req, res) => { let n = 0; req.on('data', (chunk) => { n += chunk.length; }).on('end', () => res.end(String(n))); };`,
    /export const handler/,
  ],
  'a handler of Fastify': [
    `export default async (request, reply) => reply.send({ id: request.params.id });`,
    /export const handler/,
  ],
  'a handler of Hono': [`export default (c) => c.text('hi');`, /export the app that uses it/],
  'a handler of Hono that asks': [
    `export default async (c) => { const id = c.req.param('id'); return c.json({ id }, 201); };`,
    /export the app/,
  ],
  'a middleware of Koa': [
    `export default async (ctx, next) => { await next(); ctx.body = 'hi'; };`,
    /export the app that uses it/,
  ],
  'a function of Request': [
    `export default async (request) => new Response(new URL(request.url).pathname);`,
    /export default \{ fetch/,
  ],
  'a function of nothing': [`export default () => Response.json({ up: true });`, /export default \{ fetch/],
};

const swcMinify: JsMinifyOptions = { compress: true, mangle: { toplevel: true }, module: true };
const swcTarget = (target: 'es5' | 'es2017', type: 'es6' | 'commonjs'): Options => ({
  swcrc: false,
  configFile: false,
  jsc: { parser: { syntax: 'typescript' }, target, minify: { compress: true, mangle: { toplevel: true } } },
  module: { type },
  minify: true,
});
const typesAway = async (source: string) => (await transformWithEsbuild(source, { loader: 'ts' })).code;

const minifiers: Record<string, (source: string) => Promise<{ code: string; isCommonJs?: boolean }>> = {
  swc: async (source) => minify(await typesAway(source), swcMinify),
  'swc, for ES5': (source) => transform(source, swcTarget('es5', 'es6')),
  'swc, for ES2017 as CommonJS': async (source) => ({
    ...(await transform(source, swcTarget('es2017', 'commonjs'))),
    isCommonJs: true,
  }),
  esbuild: (source) => transformWithEsbuild(source, { loader: 'ts', minify: true }),
  'esbuild, for ES2016': (source) => transformWithEsbuild(source, { loader: 'ts', minify: true, target: 'es2016' }),
};

async function load(code: string, isCommonJs = false): Promise<Record<string, unknown>> {
  if (!isCommonJs) return import(`data:text/javascript,${encodeURIComponent(code)}`);
  const module = { exports: {} };
  new Function('module', 'exports', 'require', code)(module, module.exports, () => ({}));
  return { default: module.exports };
}

for (const [minifier, run] of Object.entries(minifiers)) {
  for (const [what, source] of Object.entries(plugins)) {
    test(`${minifier}: a plugin ${what} runs`, async () => {
      const { code, isCommonJs } = await run(source);
      const app = recognise(await load(code, isCommonJs));
      assert.equal(app.kind, 'plugin', `${(app as { why?: string }).why}\n${code}`);
    });
  }
  for (const [what, [source, remedy]] of Object.entries(handlers)) {
    test(`${minifier}: ${what} is refused, with the line that helps`, async () => {
      const { code, isCommonJs } = await run(source);
      const app = recognise(await load(code, isCommonJs));
      assert.equal(app.kind, 'unservable', code);
      assert.match((app as { why: string }).why, remedy);
    });
  }
}

/** As minifiers write them, by hand: names that were refused once. */
for (const name of ['e', 't', 'c', 'r', 'n', '$', '_', 'ctx', 'context', 'event', 'app']) {
  test(`a plugin whose first parameter is \`${name}\` runs`, () => {
    const plugin = new Function(
      `return async function (${name}, a) { ${name}.get("/", async (${name}, a) => a.send(${name}.url)) }`,
    )();
    assert.equal(recognise({ default: plugin }).kind, 'plugin');
  });
}
