// HTTP and WebSocket of one port are nginx's, UDP of the same port is the program's own: peers announce themselves by each.
import assert from 'node:assert/strict';
import Client from 'bittorrent-tracker';

const infoHash = '5cb2ce8c7e1c1e2fce7f1a3c0b8f9b6d4d8e0a11';
const announce = (url, peer) =>
  new Promise((resolve, reject) => {
    const client = new Client({
      infoHash,
      peerId: Buffer.from(`-XX0000-00000000000${peer}`),
      announce: [url],
      port: 6880 + peer,
    });
    client.on('error', reject);
    client.on('warning', reject);
    client.once('update', (update) => client.destroy(() => resolve(update)));
    client.start();
  });
for (const [peer, url] of ['http://127.0.0.1:8080/announce', 'udp://127.0.0.1:8000'].entries()) {
  const { complete, incomplete } = await announce(url, peer);
  assert.ok(complete + incomplete >= 1, url);
}
const socket = new WebSocket('ws://127.0.0.1:8080');
await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
const binary = Buffer.from(infoHash, 'hex').toString('latin1');
socket.send(
  JSON.stringify({
    action: 'announce',
    info_hash: binary,
    peer_id: '-XX0000-000000000009',
    numwant: 1,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    event: 'started',
    offers: [],
  }),
);
const { data } = await new Promise((resolve) => Object.assign(socket, { onmessage: resolve }));
assert.equal(JSON.parse(data).action, 'announce');
process.exit();
