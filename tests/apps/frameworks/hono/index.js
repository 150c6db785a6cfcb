// A Hono app as every runtime but Node takes it: an object with fetch().
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

export default app;
