// A flow is deployed as the editor does it, and triggered.
import assert from 'node:assert/strict';

const url = 'http://127.0.0.1:8080';
assert.match(await (await fetch(url)).text(), /<title>Node-RED<\/title>/);
const flows = [
  { id: 't1', type: 'tab', label: 'greeting' },
  { id: 'n1', type: 'http in', z: 't1', url: '/greet', method: 'get', wires: [['n2']] },
  {
    id: 'n2',
    type: 'function',
    z: 't1',
    func: "msg.payload = 'hello ' + msg.payload.name; return msg;",
    outputs: 1,
    wires: [['n3']],
  },
  { id: 'n3', type: 'http response', z: 't1', statusCode: '', headers: {}, wires: [] },
];
const deployed = await fetch(`${url}/flows`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'node-red-api-version': 'v2', 'node-red-deployment-type': 'full' },
  body: JSON.stringify({ flows }),
});
assert.equal(deployed.status, 200);
const greeting = await fetch(`${url}/greet?name=world`);
assert.equal(await greeting.text(), 'hello world');
const editor = new WebSocket('ws://127.0.0.1:8080/comms');
const { data } = await new Promise((resolve, reject) => Object.assign(editor, { onmessage: resolve, onerror: reject }));
assert.ok(Array.isArray(JSON.parse(data)));
editor.close();
