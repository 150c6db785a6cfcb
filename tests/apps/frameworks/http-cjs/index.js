// Node's own HTTP server, in CommonJS.
const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');

const hostname = '127.0.0.1';
const port = 3000;

const server = http.createServer(async (request, response) => {
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

function sendJson(response, value) {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
}

server.listen(port, hostname, () => {
  console.log(`Server running at http://${hostname}:${port}/`);
});
