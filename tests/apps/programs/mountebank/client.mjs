// A stub server is made at run time, on a port of its own, and tells what it was asked.
import assert from 'node:assert/strict';

const admin = 'http://127.0.0.1:8080/imposters';
const made = await fetch(admin, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    port: 4545,
    protocol: 'http',
    recordRequests: true,
    stubs: [{ predicates: [{ equals: { path: '/teapot' } }], responses: [{ is: { statusCode: 418, body: 'short' } }] }],
  }),
});
assert.equal(made.status, 201);
const answer = await fetch('http://127.0.0.1:4545/teapot?a=1');
assert.deepEqual([answer.status, await answer.text()], [418, 'short']);
const { requests } = await (await fetch(`${admin}/4545`)).json();
assert.deepEqual(
  requests.map(({ path, query }) => [path, query.a]),
  [['/teapot', '1']],
);
assert.equal((await fetch(`${admin}/4545`, { method: 'DELETE' })).status, 200);
await assert.rejects(fetch('http://127.0.0.1:4545/teapot'));
