// The table of recognition, on the real objects of the real packages.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { type Recognised, readyExport, recognise } from '../../rootfs/usr/local/lib/cluster/app/recognise.ts';

// Not imported: most of them come without types, and here nothing but their shape at run time matters.
const require = createRequire(import.meta.url);
require('reflect-metadata');
const fastify = require('fastify');
const fastifyPlugin = require('fastify-plugin');
const express = require('express');
const connect = require('connect');
const Koa = require('koa');
const { Hono } = require('hono');
const { H3 } = require('h3');
const polka = require('polka');
const hapi = require('@hapi/hapi');
const socketIo = require('socket.io');
const { NestFactory } = require('@nestjs/core');
const { Module } = require('@nestjs/common');

class AppModule {}
Module({})(AppModule);
const nest = await NestFactory.create(AppModule, { logger: false });

const plugin = async () => {};
const listener = (_req: unknown, _res: unknown) => {};
const expressApp = express();
const koa = new Koa();
/** What TypeScript and Babel make of an ES module in CommonJS. */
const transpiled = (exports: Record<string, unknown>) => ({ default: { __esModule: true, ...exports } });

const cases: [what: string, namespace: Record<string, unknown>, kind: Recognised['kind'], why?: RegExp][] = [
  ['an async function', { default: plugin }, 'plugin'],
  ['a function (app, options, done)', { default: (_app: unknown, _options: unknown, _done: unknown) => {} }, 'plugin'],
  ['a function without parameters', { default: () => {} }, 'plugin'],
  ['a plugin of fastify-plugin', { default: fastifyPlugin(plugin) }, 'plugin'],
  [
    'a plugin of fastify-plugin with an unlucky name',
    { default: fastifyPlugin(async (_ctx: unknown) => {}) },
    'plugin',
  ],
  ['a transpiled plugin', transpiled({ default: plugin }), 'plugin'],
  ['a Fastify instance', { default: fastify() }, 'fastify'],
  ['a transpiled Fastify instance', transpiled({ default: fastify() }), 'fastify'],
  ['an Express app', { default: expressApp }, 'listener'],
  ['a transpiled Express app', transpiled({ default: expressApp }), 'listener'],
  ['a Connect app', { default: connect() }, 'listener'],
  ['an Express Router', { default: express.Router() }, 'unservable', /Express Router: export the app/],
  ['a Koa app', { default: koa }, 'listener'],
  ['export const handler', { handler: listener }, 'listener'],
  ['export const handler = an Express app', { handler: expressApp }, 'listener'],
  ['exports.handler', { default: { handler: listener }, 'module.exports': {} }, 'listener'],
  ['a transpiled handler', transpiled({ handler: listener }), 'listener'],
  ['an AWS Lambda handler', { handler: async (event: unknown) => event }, 'unservable', /AWS Lambda handler/],
  ['a Hono app', { default: new Hono() }, 'fetch'],
  ['a transpiled Hono app', transpiled({ default: new Hono() }), 'fetch'],
  ['an h3 app', { default: new H3() }, 'fetch'],
  ['{ fetch, port }, as for Bun', { default: { fetch: new Hono().fetch, port: 3000 } }, 'fetch'],
  ['a named fetch', { fetch: () => new Response('') }, 'unservable', /export default \{ fetch \}/],
  ['a Nest application', { default: nest }, 'nest'],
  ['an http.Server', { default: http.createServer() }, 'server'],
  ['nothing', {}, 'nothing'],
  ['undefined', { default: undefined }, 'nothing'],
  ['the {} of CommonJS', { default: {} }, 'nothing'],
  ['the {} of transpiled CommonJS', transpiled({}), 'nothing'],
  ['helpers beside an own listen()', { start: plugin, port: 3000 }, 'nothing'],
  ['a promise of an app', { default: Promise.resolve(expressApp) }, 'unservable', /export default await/],
  ['a class', { default: class App {} }, 'unservable', /is a class/],
  ['a default listener', { default: listener }, 'unservable', /first parameter is `_req`.*export const handler/],
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
  ['a Polka app', { default: polka() }, 'unservable', /export const handler = app\.handler/],
  ['a hapi server', { default: hapi.server() }, 'unservable', /server\.start\(\)/],
  ['a Socket.IO server', { default: new socketIo.Server(http.createServer()) }, 'unservable', /httpServer\.listen\(\)/],
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
  assert.deepEqual(recognised, { kind: 'plugin', value: plugin, options: { bodyLimit: 5 }, confidence: 'certain' });
});

test('a Koa app is served by its callback', () => {
  const { value } = recognise({ default: koa }) as { value: unknown };
  assert.equal(typeof value, 'function');
});

test('`ready` is asked only where it is exported by that name, not where it is a method of the app', () => {
  const ready = () => true;
  assert.equal(readyExport({ default: plugin, ready }), ready);
  assert.equal(readyExport({ default: { ready, handler: listener }, ready, handler: listener }), ready); // exports.ready = …
  for (const app of [fastify(), { ready }, undefined]) assert.equal(readyExport({ default: app }), undefined);
  assert.equal(readyExport({ default: plugin, ready: true }), undefined);
});
