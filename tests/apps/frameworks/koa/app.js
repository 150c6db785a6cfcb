// Koa's first page.
const { Readable } = require('node:stream');
const { setTimeout: sleep } = require('node:timers/promises');
const Koa = require('koa');

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

app.listen(3000);
