// https://elysiajs.com/integrations/node.html
import { node } from '@elysiajs/node';
import { Elysia } from 'elysia';

new Elysia({ adapter: node() })
  .get('/', () => 'Hello Elysia')
  .post('/sum', ({ body }) => ({ sum: (body as number[]).reduce((sum, value) => sum + value) }))
  .ws('/ws', { message: (socket, message) => void socket.send(message) })
  .listen(3000);
