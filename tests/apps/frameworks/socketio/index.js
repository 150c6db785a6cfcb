// Socket.IO's "Get started": with Express on one HTTP server.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { Server } from 'socket.io';

const app = express();
const server = createServer(app);
const io = new Server(server);
// The one line that STICKY_SESSIONS=sid asks for.
if (process.env.SLOT_IN_SESSION_ID) io.engine.generateId = () => `${process.env.NODE_APP_INSTANCE}-${randomUUID()}`;

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

io.on('connection', (socket) => {
  socket.on('echo', (text, reply) => {
    reply({ worker: process.env.NODE_APP_INSTANCE, ip: socket.handshake.address, text });
  });
});

server.listen(3000, () => {
  console.log('server running at http://localhost:3000');
});
