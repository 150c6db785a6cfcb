// A query; a subscription as server-sent events, and over a WebSocket.
import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';

const url = 'http://127.0.0.1:8080/graphql';
const query = 'subscription { countdown(from: 3) }';
const answer = await fetch(`${url}?query={hello}`);
assert.deepEqual(await answer.json(), { data: { hello: 'world' } });

const times = [];
const events = await fetch(`${url}?${new URLSearchParams({ query })}`, { headers: { accept: 'text/event-stream' } });
let text = '';
for await (const piece of events.body.pipeThrough(new TextDecoderStream())) {
  text += piece;
  if (piece.includes('countdown')) times.push(Date.now());
}
assert.deepEqual(
  [...text.matchAll(/"countdown":(\d)/g)].map(([, count]) => Number(count)),
  [3, 2, 1, 0],
);
assert.ok(times.at(-1) - times[0] > 600, 'each event came when it was sent');

const counts = [];
const client = createClient({ url: url.replace('http', 'ws') });
for await (const { data } of client.iterate({ query })) counts.push(data.countdown);
assert.deepEqual(counts, [3, 2, 1, 0]);
