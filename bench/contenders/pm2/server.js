import app from './express.js';
import { close } from './work.js';

const server = app.listen(Number(process.env.PORT), '127.0.0.1');

process.on('SIGINT', () => {
  server.close(async () => {
    await close();
    process.exit(0);
  });
});
