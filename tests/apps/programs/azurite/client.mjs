// Blobs are written in blocks, read in parts and listed by the client of Azure; queues are on their own port.
import assert from 'node:assert/strict';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';

const account = 'devstoreaccount1';
// Of every emulator: https://learn.microsoft.com/azure/storage/common/storage-connect-azurite
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const service = new BlobServiceClient(`http://127.0.0.1:8080/${account}`, new StorageSharedKeyCredential(account, key));
const container = service.getContainerClient('box');
await container.create();
const data = Buffer.alloc(6_000_000, 'abc');
const blob = container.getBlockBlobClient('folder/a b.bin');
await blob.uploadData(data, { blockSize: 1_000_000, maxSingleShotSize: 1_000_000, concurrency: 3 });
assert.ok((await blob.downloadToBuffer()).equals(data));
assert.ok((await blob.downloadToBuffer(1000, 500)).equals(data.subarray(1000, 1500)));
const names = [];
for await (const { name } of container.listBlobsFlat()) names.push(name);
assert.deepEqual(names, ['folder/a b.bin']);
assert.equal((await fetch(`http://127.0.0.1:10001/${account}?comp=list`)).status, 403);
