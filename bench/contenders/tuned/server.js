import Fastify from 'fastify';
import app from './main.js';

const server = Fastify();
server.register(app);
// nginx runs as another user.
await server.listen({ path: process.argv[2], writableAll: true });
