// Documents are replicated to the server and back, and a change is followed as it happens.
import assert from 'node:assert/strict';
import PouchDB from 'pouchdb';

const local = new PouchDB('/tmp/local');
await local.bulkDocs(Array.from({ length: 50 }, (_, number) => ({ _id: `d${number}`, number })));
const remote = new PouchDB('http://127.0.0.1:8080/db/things');
assert.equal((await local.replicate.to(remote)).docs_written, 50);
const changes = remote.changes({ since: 'now', live: true, include_docs: true });
const change = new Promise((resolve, reject) => changes.on('change', resolve).on('error', reject));
await new Promise((resolve) => setTimeout(resolve, 500));
await remote.put({ _id: 'late', number: 51 });
assert.equal((await change).doc.number, 51);
changes.cancel();
const back = new PouchDB('/tmp/back');
assert.equal((await back.replicate.from(remote)).docs_written, 51);
