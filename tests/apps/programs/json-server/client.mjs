// Created, read, changed and deleted. Each worker sees what the other has written, and starts its server again for it.
import assert from 'node:assert/strict';

const url = 'http://127.0.0.1:8080/posts';
const send = async (method, path, body) => {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const answer = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
};
/** Until twenty answers in a row are as they have to be: then both workers have it. */
const everywhere = async (titles) => {
  let agreed = 0;
  for (const deadline = Date.now() + 20_000; agreed < 20; ) {
    const found = (await send('GET', '')).map(({ title }) => title);
    agreed = found.join() === titles.join() ? agreed + 1 : 0;
    assert.ok(Date.now() < deadline, `${found} is not ${titles}`);
    if (agreed === 0) await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
await everywhere(['first']);
const { id } = await send('POST', '', { title: 'second' });
await everywhere(['first', 'second']);
await send('PATCH', `/${id}`, { title: 'changed' });
await everywhere(['first', 'changed']);
await send('DELETE', '/1');
await everywhere(['changed']);
