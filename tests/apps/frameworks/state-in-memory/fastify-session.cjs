// The same in Fastify, in CommonJS, without a job.
module.exports = async (app) => {
  await app.register(require('@fastify/cookie'));
  await app.register(require('@fastify/session'), {
    secret: 'a secret of this test, which has to be long',
    cookie: { secure: false },
  });
  app.get('/', async (request) => {
    request.session.visits = (request.session.visits ?? 0) + 1;
    return { worker: process.env.NODE_APP_INSTANCE, session: request.session.sessionId };
  });
};
