// An upload is broken off, and resumed where it was.
import assert from 'node:assert/strict';
import { Upload } from 'tus-js-client';

const data = Buffer.alloc(6_000_000, 'abc');
const options = { endpoint: 'http://127.0.0.1:8080/files', chunkSize: 1_000_000 };
const offsetOf = async (url) => {
  const { headers } = await fetch(url, { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' } });
  return Number(headers.get('upload-offset'));
};

const url = await new Promise((resolve, reject) => {
  const upload = new Upload(data, {
    ...options,
    onError: reject,
    onChunkComplete: (_size, accepted) => {
      if (accepted >= 3_000_000) upload.abort().then(() => resolve(upload.url));
    },
  });
  upload.start();
});
assert.match(url, /^http:\/\/127\.0\.0\.1:8080\//);
assert.equal(await offsetOf(url), 3_000_000);

const sent = [];
await new Promise((resolve, reject) => {
  const onChunkComplete = (_size, accepted) => sent.push(accepted);
  new Upload(data, { ...options, uploadUrl: url, onError: reject, onSuccess: resolve, onChunkComplete }).start();
});
assert.deepEqual(sent, [4_000_000, 5_000_000, 6_000_000]);
assert.ok(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(data));
