// A server that knows nothing of this image: CommonJS, its own listen(), its own shutdown.
const http = require('node:http');

const server = http.createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ url: request.url, worker: Number(process.env.NODE_APP_INSTANCE) }));
});
server.listen(3000, () => console.log(`listening on ${server.address().port}`));
process.on('SIGTERM', () => server.close(() => console.log('server closed')));
