// The app of the Fastify contenders: a plugin.
import { join } from 'node:path';
import view from '@fastify/view';
import ejs from 'ejs';
import { block, close, compute, document10k, document200k, fortunes, version, wait, world, worlds } from './work.js';

export default async function app(app) {
  app.register(view, { engine: { ejs }, root: join(import.meta.dirname, 'views') });
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });

  app.addHook('onClose', close);

  app.get('/json', async () => ({ hello: 'world' }));
  app.get('/json/10k', async () => document10k);
  app.get('/json/200k', async () => document200k);
  for (const [path, place] of [
    ['', 'near'],
    ['/away', 'away'],
  ]) {
    app.get(`${path}/db`, () => world(place));
    app.get(`${path}/queries`, () => worlds(place));
    app.get(`${path}/fortunes`, async (_request, reply) =>
      reply.view('fortunes.ejs', { fortunes: await fortunes(place) }),
    );
  }
  app.get('/wait', () => wait());
  app.get('/cpu', async () => compute());
  app.get('/cached', async (_request, reply) => {
    reply.header('cache-control', 's-maxage=1');
    return { hello: 'world' };
  });
  app.get('/version', async () => ({ version }));
  app.post('/upload', async (request) => ({ length: request.body.length }));
  app.post('/block', async (request) => {
    block(Number(request.query.ms));
    return { blocked: Number(request.query.ms) };
  });
}
