// Sessions of the Model Context Protocol: tools are listed and called, and tell their progress as server-sent events.
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

for (let session = 0; session < 4; session += 1) {
  const client = new Client({ name: 'client', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL('http://127.0.0.1:8080/mcp')));
  const { tools } = await client.listTools();
  assert.ok(tools.some(({ name }) => name === 'echo'));
  const { content } = await client.callTool({ name: 'echo', arguments: { message: 'hello' } });
  assert.deepEqual(content, [{ type: 'text', text: 'Echo: hello' }]);
  const steps = [];
  await client.callTool({ name: 'trigger-long-running-operation', arguments: { duration: 1, steps: 3 } }, undefined, {
    onprogress: ({ progress }) => steps.push(progress),
  });
  assert.deepEqual(steps, [1, 2, 3]);
  await client.close();
}
process.exit();
