// The app of the Express contenders.
import { join } from 'node:path';
import express from 'express';
import { block, compute, document10k, document200k, fortunes, version, wait, world, worlds } from './work.js';

const app = express();
app.set('view engine', 'ejs');
app.set('views', join(import.meta.dirname, 'views'));

app.get('/json', (_req, res) => res.json({ hello: 'world' }));
app.get('/json/10k', (_req, res) => res.json(document10k));
app.get('/json/200k', (_req, res) => res.json(document200k));
for (const [path, place] of [
  ['', 'near'],
  ['/away', 'away'],
]) {
  app.get(`${path}/db`, async (_req, res) => res.json(await world(place)));
  app.get(`${path}/queries`, async (_req, res) => res.json(await worlds(place)));
  app.get(`${path}/fortunes`, async (_req, res) => res.render('fortunes', { fortunes: await fortunes(place) }));
}
app.get('/wait', async (_req, res) => res.json(await wait()));
app.get('/cpu', (_req, res) => res.json(compute()));
app.get('/cached', (_req, res) => res.set('Cache-Control', 's-maxage=1').json({ hello: 'world' }));
app.get('/version', (_req, res) => res.json({ version }));
app.post('/upload', express.raw(), (req, res) => res.json({ length: req.body.length }));
app.post('/block', (req, res) => {
  block(Number(req.query.ms));
  res.json({ blocked: Number(req.query.ms) });
});

export default app;
