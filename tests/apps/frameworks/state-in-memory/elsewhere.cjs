// Nothing that workers would have to share: sessions in a store of its own, a job in the first worker alone, and limits.
const express = require('express');
const { rateLimit } = require('express-rate-limit');
const session = require('express-session');

class SharedStore extends session.Store {
  get(_id, done) {
    done(null, null);
  }
  set(_id, _session, done) {
    done(null);
  }
  destroy(_id, done) {
    done(null);
  }
}

const app = express();
app.use(rateLimit());
app.use(session({ secret: 'a secret of this test', resave: false, saveUninitialized: true, store: new SharedStore() }));
app.get('/', (_req, res) => res.json({ worker: process.env.NODE_APP_INSTANCE }));
if (process.env.NODE_APP_INSTANCE === '0') new (require('croner').Cron)('0 4 * * *', () => console.log('cleans up'));
app.listen(3000);
