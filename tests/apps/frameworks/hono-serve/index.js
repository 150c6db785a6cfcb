// Hono's page on Node: serve() of its adapter, and its graceful shutdown.
import { serve } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';

const app = new Hono();

app.get('/who', (c) =>
  c.json({
    worker: process.env.NODE_APP_INSTANCE,
    pid: process.pid,
    ip: getConnInfo(c).remote.address,
    protocol: new URL(c.req.url).protocol.replace(':', ''),
    requestId: c.req.header('x-request-id'),
  }),
);

app.post('/upload', async (c) => {
  let bytes = 0;
  for await (const chunk of c.req.raw.body) bytes += chunk.length;
  return c.json({ bytes });
});

app.get('/stream', (c) =>
  stream(c, async (stream) => {
    for (const digit of '12345') {
      await stream.write(digit);
      if (digit !== '5') await stream.sleep(Number(c.req.query('pause') ?? 50));
    }
  }),
);

const server = serve(app, (info) => {
  console.log(`Server is running on http://localhost:${info.port}`);
});

process.on('SIGTERM', () => {
  server.close((err) => {
    if (err) {
      console.error(err);
      process.exit(1);
    }
    process.exit(0);
  });
});
