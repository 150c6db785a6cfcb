// Answers, a body that is parsed, a WebSocket that echoes.
import assert from 'node:assert/strict';

const url = 'http://127.0.0.1:8080';
assert.equal(await (await fetch(url)).text(), 'Hello Elysia');
const answer = await fetch(`${url}/sum`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '[1, 2, 3]',
});
assert.deepEqual(await answer.json(), { sum: 6 });
const socket = new WebSocket('ws://127.0.0.1:8080/ws');
await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
socket.send('hello');
assert.equal((await new Promise((resolve) => Object.assign(socket, { onmessage: resolve }))).data, 'hello');
socket.close();
