// An Express app that its tests import: it listens only where it is the main module.
const { setTimeout: sleep } = require('node:timers/promises');
const express = require('express');

const app = express();

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

if (require.main === module) {
  app.listen(process.env.PORT || 3000);
}

module.exports = app;
