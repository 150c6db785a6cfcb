// A single-page app in a real browser, with nothing configured: its page, a reload, a WebSocket and server-sent events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { openPage } from './support/browser.ts';
import { serve } from './support/container.ts';

const script = 'main.3f9a1c0b7d2e.js';

/** What a bundler makes of one: a page that names its script by the hash of the content. */
const files = {
  '/app/public/index.html': `<!doctype html><meta charset="utf-8"><title>App</title>
<link rel="icon" href="data:,"><script type="module" src="/assets/${script}"></script><h1>nothing yet</h1>`,
  [`/app/public/assets/${script}`]: `
const show = (text) => { document.body.append(Object.assign(document.createElement('p'), { textContent: text })); };
document.querySelector('h1').textContent = 'the page of ' + location.pathname;
show('the app says ' + await (await fetch('/api/hello')).text());

const socket = new WebSocket(location.origin.replace('http', 'ws') + '/socket');
socket.onopen = () => socket.send('hello');
socket.onmessage = ({ data }) => show('the socket says ' + data);
socket.onerror = () => show('the socket failed');

let events = 0;
new EventSource('/events').onmessage = ({ data }) => {
  show('event ' + data);
  // The next one is sent when this one has arrived: nothing may hold it back.
  if ((events += 1) < 3) fetch('/next', { method: 'POST' });
};`,
  // Without a library, so that nothing has to be installed: one frame each way. https://www.rfc-editor.org/rfc/rfc6455
  '/app/main.mjs': `
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
let stream, count = 0;
const server = createServer((request, response) => {
  if (request.url === '/api/hello') return response.end('hello');
  if (request.url === '/events') {
    stream = response.writeHead(200, { 'content-type': 'text/event-stream' });
    count = 0;
  } else if (request.url === '/next') {
    response.end();
  } else {
    return response.writeHead(404).end('the app does not know ' + request.url);
  }
  stream.write('data: ' + (count += 1) + '\\n\\n');
});
server.on('upgrade', (request, socket) => {
  const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  const accept = createHash('sha1').update(key).digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n'
    + 'Sec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  socket.once('data', (frame) => {
    const text = frame.subarray(6).map((byte, index) => byte ^ frame[2 + (index % 4)]);
    socket.write(Buffer.from([0x81, text.length, ...text]));
  });
  socket.on('error', () => {});
});
server.listen(3000);`,
};

test('the page, its messages, and what a reload asks for again', async (t) => {
  const container = await serve(t, { files, environment: { STATIC_INDEX: '1', WORKERS: '1' } });
  const { page, complaints } = await openPage(t);

  await page.goto(container.url('/deep/link'));
  await isAlive(page, '/deep/link');
  await page.goto(container.url('/'));
  await isAlive(page, '/');
  await page.reload();
  await isAlive(page, '/');

  // The browser itself would show the cached answer to a 304.
  await container.printed(/"GET".*"\/","status":304/);
  assert.deepEqual(complaints, []);
  await page.close();
  const { output } = await container.stop();
  const requests = output.split('\n').filter((line) => line.includes(script));
  assert.equal(requests.length, 1, 'a script whose name has its hash is never asked for again');
});

/** Resolves when the app, the WebSocket and all events have been heard of. */
async function isAlive(page: Page, path: string): Promise<void> {
  const texts = ['the app says hello', 'the socket says hello', 'event 1', 'event 2', 'event 3'];
  await page.getByRole('heading', { name: `the page of ${path}`, exact: true }).waitFor();
  for (const text of texts) await page.getByText(text, { exact: true }).waitFor();
}
