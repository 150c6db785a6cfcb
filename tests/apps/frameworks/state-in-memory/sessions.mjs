// Sessions in memory, as express-session keeps them where nothing else is said, and a job in each worker.
import express from 'express';
import session from 'express-session';
import cron from 'node-cron';

const app = express();
app.use(session({ secret: 'a secret of this test', resave: false, saveUninitialized: true }));
app.get('/', (req, res) => res.json({ worker: process.env.NODE_APP_INSTANCE, session: req.session.id }));
cron.schedule('0 4 * * *', () => console.log('cleans up'));
app.listen(3000);
