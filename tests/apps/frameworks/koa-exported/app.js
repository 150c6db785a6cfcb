// A Koa app that somebody else is to listen with.
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import Koa from 'koa';

const app = new Koa();

app.use(async (ctx) => {
  if (ctx.path === '/who') {
    ctx.body = {
      worker: process.env.NODE_APP_INSTANCE,
      pid: process.pid,
      ip: ctx.ip,
      protocol: ctx.protocol,
      requestId: ctx.get('x-request-id'),
    };
  }
  if (ctx.path === '/upload' && ctx.method === 'POST') {
    let bytes = 0;
    for await (const chunk of ctx.req) bytes += chunk.length;
    ctx.body = { bytes };
  }
  if (ctx.path === '/stream') {
    ctx.type = 'text/plain';
    ctx.body = Readable.from(digits(Number(ctx.query.pause ?? 50)));
  }
});

async function* digits(pause) {
  for (const digit of '12345') {
    yield digit;
    if (digit !== '5') await sleep(pause);
  }
}

export default app;
