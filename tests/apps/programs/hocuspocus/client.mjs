// Two people edit a document at the same time, and both have both changes.
import assert from 'node:assert/strict';
import { HocuspocusProvider } from '@hocuspocus/provider';
import * as Y from 'yjs';

const open = async () => {
  const document = new Y.Doc();
  const provider = new HocuspocusProvider({ url: 'ws://127.0.0.1:8080', name: 'letter', document });
  await new Promise((resolve) => provider.on('synced', resolve));
  return document.getText('body');
};
const texts = await Promise.all([open(), open()]);
texts[0].insert(0, 'hello ');
texts[1].insert(texts[1].length, 'world');
const read = () => texts.map((text) => [...text.toString().matchAll(/hello |world/g)].length);
for (let round = 0; round < 100 && read().some((words) => words < 2); round += 1) {
  await new Promise((resolve) => setTimeout(resolve, 100));
}
assert.deepEqual(read(), [2, 2]);
assert.equal(texts[0].toString(), texts[1].toString());
process.exit(); // the providers connect again and again
