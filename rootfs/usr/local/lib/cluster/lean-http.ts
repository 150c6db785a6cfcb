// node:http, without what `import http from 'node:http'` costs: an ES module's import reads every export, and some of
// them (WebSocket, …) load undici when they are read. 28 of the 60 ms that a small server takes to start.
const http = process.getBuiltinModule('node:http');

export default http;
