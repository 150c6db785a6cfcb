// https://github.com/pouchdb/pouchdb-server/tree/master/packages/node_modules/express-pouchdb#readme
const express = require('express');
const PouchDB = require('pouchdb').defaults({ prefix: './data/' });

const app = express();
app.use('/db', require('express-pouchdb')(PouchDB, { configPath: './data/config.json', logPath: './data/log.txt' }));
app.listen(3000);
