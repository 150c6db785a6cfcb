// Objects are put, listed, read in parts and deleted by the client of AWS.
import assert from 'node:assert/strict';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

const client = new S3Client({
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:8080',
  forcePathStyle: true,
  credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  requestChecksumCalculation: 'WHEN_REQUIRED',
});
const Bucket = 'box';
const bodyOf = async ({ Body }) => Buffer.from(await Body.transformToByteArray());
for (const Key of ['a', 'folder/b ü+&']) {
  const data = Buffer.alloc(3_000_000, Key);
  await client.send(new PutObjectCommand({ Bucket, Key, Body: data, ContentType: 'text/x-of-mine' }));
  const whole = await client.send(new GetObjectCommand({ Bucket, Key }));
  assert.equal(whole.ContentType, 'text/x-of-mine');
  assert.ok((await bodyOf(whole)).equals(data));
  const part = await client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=100-199' }));
  assert.equal(part.ContentRange, 'bytes 100-199/3000000');
  assert.ok((await bodyOf(part)).equals(data.subarray(100, 200)));
}
await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
assert.deepEqual(
  Contents.map(({ Key }) => Key),
  ['folder/b ü+&'],
);
