// https://tiptap.dev/docs/hocuspocus/getting-started/overview
import { Server } from '@hocuspocus/server';

new Server({ name: 'hocuspocus', port: 1234, quiet: true }).listen();
