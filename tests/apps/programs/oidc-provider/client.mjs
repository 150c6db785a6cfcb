// A client discovers the provider, gets a token, and asks what it is worth; a browser is sent to the login.
import assert from 'node:assert/strict';

const discovery = 'http://127.0.0.1:8080/.well-known/openid-configuration';
const configuration = await (await fetch(discovery)).json();
assert.equal(configuration.token_endpoint, 'http://127.0.0.1:8080/token');
const post = async (url, form) => {
  const headers = { authorization: `Basic ${btoa('foo:bar')}` };
  const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
  assert.equal(answer.status, 200, url);
  return answer.json();
};
const { access_token: token } = await post(configuration.token_endpoint, { grant_type: 'client_credentials' });
const { active, client_id: client } = await post(configuration.introspection_endpoint, { token });
assert.deepEqual([active, client], [true, 'foo']);
const query = new URLSearchParams({
  client_id: 'foo',
  response_type: 'code',
  scope: 'openid',
  code_challenge: 'x'.repeat(43),
  code_challenge_method: 'S256',
});
const login = await fetch(`${configuration.authorization_endpoint}?${query}`, { redirect: 'manual' });
assert.match(login.headers.get('location') ?? '', /^\/interaction\//);
