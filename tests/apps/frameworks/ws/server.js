// ws beside an HTTP server: "External HTTP/S server" in its README.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/who') {
    sendJson(response, {
      worker: process.env.NODE_APP_INSTANCE,
      pid: process.pid,
      ip: request.socket.remoteAddress,
      protocol: request.socket.encrypted ? 'https' : 'http',
      requestId: request.headers['x-request-id'],
    });
  } else if (url.pathname === '/upload') {
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.length;
    sendJson(response, { bytes });
  } else if (url.pathname === '/stream') {
    response.setHeader('content-type', 'text/plain');
    for (const digit of '12345') {
      response.write(digit);
      if (digit !== '5') await sleep(Number(url.searchParams.get('pause') ?? 50));
    }
    response.end();
  } else {
    response.writeHead(404).end();
  }
});
const wss = new WebSocketServer({ server });

wss.on('connection', function connection(ws, request) {
  const ip = request.socket.remoteAddress;
  ws.on('error', console.error);
  ws.on('message', function message(data) {
    ws.send(JSON.stringify({ worker: process.env.NODE_APP_INSTANCE, ip, text: data.toString() }));
  });
});

function sendJson(response, value) {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
}

server.listen(8080);
