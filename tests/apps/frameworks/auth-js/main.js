// https://authjs.dev/getting-started/installation?framework=Express, with the smallest provider.
import { ExpressAuth } from '@auth/express';
import Credentials from '@auth/express/providers/credentials';
import express from 'express';

const app = express();
const credentials = Credentials({ credentials: { name: {} }, authorize: ({ name }) => ({ name }) });

app.use('/auth/*', ExpressAuth({ providers: [credentials], secret: 'a secret of this test' }));

app.listen(3000);
