// https://github.com/tus/tus-node-server/tree/main/packages/server#readme
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';

const server = new Server({ path: '/files', datastore: new FileStore({ directory: './files' }) });
server.listen({ host: '127.0.0.1', port: 1080 });
