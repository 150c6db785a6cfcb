// Express' "Hello world" and its page on graceful shutdown.
const { setTimeout: sleep } = require('node:timers/promises');
const express = require('express');

const app = express();
const port = 3000;

app.get('/who', (req, res) => {
  res.json({
    worker: process.env.NODE_APP_INSTANCE,
    pid: process.pid,
    ip: req.ip,
    protocol: req.protocol,
    requestId: req.get('x-request-id'),
  });
});

app.post('/upload', async (req, res) => {
  let bytes = 0;
  for await (const chunk of req) bytes += chunk.length;
  res.json({ bytes });
});

app.get('/stream', async (req, res) => {
  res.type('text/plain');
  for (const digit of '12345') {
    res.write(digit);
    if (digit !== '5') await sleep(Number(req.query.pause ?? 50));
  }
  res.end();
});

const server = app.listen(port, () => {
  console.log(`Example app listening on port ${port}`);
});

process.on('SIGTERM', () => {
  server.close(() => {
    console.log('HTTP server closed');
  });
});
