// What a start script of package.json runs, where it says so plainly; and what to set where it does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAppIn } from '../../rootfs/usr/local/lib/cluster/app/find.ts';
import { remedyForStart } from '../../rootfs/usr/local/lib/cluster/app/start-remedies.ts';
import { readStartScript } from '../../rootfs/usr/local/lib/cluster/app/start-script.ts';
import { appSettings, appWith } from './support/app-files.ts';

interface Expected {
  file: string;
  flags?: string;
  args?: string[];
  environment?: Record<string, string>;
  isDevelopment?: boolean;
  dropped?: RegExp;
}

/** What the shell would know. */
const environment = { PORT: '8080', NAME: 'two words', EMPTY: '' };

const plain: Record<string, Expected> = {
  // As starters and published packages have them.
  'node ./bin/www': { file: './bin/www' },
  'node dist/main': { file: 'dist/main' },
  'node .': { file: '.' },
  'node build': { file: 'build' },
  'node .output/server/index.mjs': { file: '.output/server/index.mjs' },
  'node --enable-source-maps dist/x.mjs --flag': {
    file: 'dist/x.mjs',
    flags: '--enable-source-maps',
    args: ['--flag'],
  },
  'node -r dotenv/config server.js': { file: 'server.js', flags: '-r dotenv/config' },
  'node --require=dotenv/config server.js': { file: 'server.js', flags: '--require=dotenv/config' },
  'node --import ./instrument.mjs --env-file=.env dist/server.js': {
    file: 'dist/server.js',
    flags: '--import ./instrument.mjs --env-file=.env',
  },
  'node --max_old_space_size=512 --expose-gc app.js': { file: 'app.js', flags: '--max_old_space_size=512 --expose-gc' },
  'node --title web -- server.js --title mine': { file: 'server.js', flags: '--title web', args: ['--title', 'mine'] },
  'node --inspect=0.0.0.0:9229 server.js': { file: 'server.js', dropped: /^--inspect=0\.0\.0\.0:9229 \(NODE_OPTIONS=/ },
  '/usr/local/bin/node server.js': { file: 'server.js' },
  'nodejs server.js': { file: 'server.js' },
  // Variables before it.
  'NODE_ENV=production node app.js': { file: 'app.js', environment: { NODE_ENV: 'production' } },
  'cross-env NODE_ENV=production DEBUG=app:* node server.js': {
    file: 'server.js',
    environment: { NODE_ENV: 'production', DEBUG: 'app:*' },
  },
  'npx cross-env A=1 node server.js': { file: 'server.js', environment: { A: '1' } },
  './node_modules/.bin/cross-env A=1 node server.js': { file: 'server.js', environment: { A: '1' } },
  'env A=1 B="two words" node server.js': { file: 'server.js', environment: { A: '1', B: 'two words' } },
  'exec node server.js': { file: 'server.js' },
  'A=1 exec env B=2 node server.js': { file: 'server.js', environment: { A: '1', B: '2' } },
  'dumb-init node server.js': { file: 'server.js' },
  'tini -g -- node server.js': { file: 'server.js' },
  'export A=1 && node server.js': { file: 'server.js', environment: { A: '1' } },
  'export A=1 B=2; export C=3; node server.js': { file: 'server.js', environment: { A: '1', B: '2', C: '3' } },
  'set A=1&& node server.js': { file: 'server.js', environment: { A: '1' } },
  'NODE_OPTIONS="--import ./otel.mjs --max-old-space-size=300" node --trace-warnings x.js': {
    file: 'x.js',
    flags: '--import ./otel.mjs --max-old-space-size=300 --trace-warnings',
  },
  'PORT=3000 node server.js': { file: 'server.js', dropped: /^PORT=3000 \(PORT is a setting of the image\)$/ },
  // Quotes and variables, as the shell has them.
  'node "my app.js" \'an argument\' a\\ b ""': { file: 'my app.js', args: ['an argument', 'a b', ''] },
  'node server.js --name="a \\"b\\" $NAME" \'$NAME\'': { file: 'server.js', args: ['--name=a "b" two words', '$NAME'] },
  'node server.js -p $PORT': { file: 'server.js', args: ['-p', '8080'] },
  'node server.js -p ${PORT:-3000} ${OTHER:-1} ${OTHER-2} ${EMPTY:-3} $EMPTY "$EMPTY" x$NAME': {
    file: 'server.js',
    args: ['-p', '8080', '1', '2', '3', '', 'xtwo', 'words'],
  },
  // By way of another script.
  'npm run serve': { file: 'serve.js', args: ['--a'] },
  'npm run -s serve -- --b': { file: 'serve.js', args: ['--a', '--b'] },
  'NODE_ENV=staging yarn serve': { file: 'serve.js', args: ['--a'], environment: { NODE_ENV: 'staging' } },
  'pnpm run serve': { file: 'serve.js', args: ['--a'] },
  'node --run serve': { file: 'serve.js', args: ['--a'] },
  // TypeScript needs no tool here.
  'node src/server.ts': { file: 'src/server.ts' },
  'tsx src/server.ts --port 1': { file: 'src/server.ts', args: ['--port', '1'], isDevelopment: true },
  'tsx watch --tsconfig ./a.json --env-file=.env src/server.ts': {
    file: 'src/server.ts',
    flags: '--env-file=.env',
    isDevelopment: true,
  },
  'npx tsx src/server.ts': { file: 'src/server.ts', isDevelopment: true },
  'pnpm exec tsx src/server.ts': { file: 'src/server.ts', isDevelopment: true },
  'ts-node -r tsconfig-paths/register -P tsconfig.server.json --transpile-only src/index.ts': {
    file: 'src/index.ts',
    isDevelopment: true,
    dropped: /^-r tsconfig-paths\/register \(TypeScript needs no loader here\)$/,
  },
  'node --loader ts-node/esm src/index.ts': {
    file: 'src/index.ts',
    isDevelopment: true,
    dropped: /^--loader ts-node\/esm \(/,
  },
  'node --import tsx src/index.ts': { file: 'src/index.ts', isDevelopment: true, dropped: /^--import tsx \(/ },
  'node -r ts-node/register/transpile-only -r ./trace.cjs src/x.ts': {
    file: 'src/x.ts',
    flags: '-r ./trace.cjs',
    isDevelopment: true,
    dropped: /ts-node\/register\/transpile-only/,
  },
  'node --experimental-strip-types --experimental-transform-types src/x.ts': {
    file: 'src/x.ts',
    dropped: /--experimental-transform-types \(TypeScript needs no flag here\)$/,
  },
  // Watchers and debuggers of a developer's machine.
  'nodemon app.js': { file: 'app.js', isDevelopment: true },
  'nodemon -w src -e js,ts --delay 2 -r dotenv/config app.js': {
    file: 'app.js',
    flags: '-r dotenv/config',
    isDevelopment: true,
  },
  'ts-node-dev --respawn --transpile-only src/index.ts': { file: 'src/index.ts', isDevelopment: true },
  'node --watch --watch-path=src server.js': {
    file: 'server.js',
    isDevelopment: true,
    dropped: /^--watch \(dev mode watches: .*\), --watch-path=src \(/,
  },
  'node --inspect-brk server.js': { file: 'server.js', dropped: /^--inspect-brk \(NODE_OPTIONS=/ },
  'node --max-http-header-size=65536 server.js': { file: 'server.js', dropped: /\(NGINX_MAX_HEADER sets it\)/ },
};

const scripts = { serve: 'node serve.js --a', loop: 'npm run loop' };
const read = (start: string) => readStartScript({ ...scripts, start }, 'start', environment);

for (const [
  text,
  { file, flags = '', args = [], environment: variables = {}, isDevelopment = false, dropped },
] of Object.entries(plain)) {
  test(`\`${text}\` runs ${file}`, () => {
    const start = read(text);
    assert.ok(start?.kind === 'plain', JSON.stringify(start));
    assert.deepEqual(
      [start.file, start.nodeFlags.join(' '), start.args, start.environment, start.isDevelopment],
      [file, flags, args, variables, isDevelopment],
    );
    if (dropped === undefined) assert.deepEqual(start.dropped, []);
    else assert.match(start.dropped.join(', '), dropped);
  });
}

test('the serve commands of React Router and Remix are known', () => {
  const start = read('cross-env NODE_ENV=production react-router-serve ./build/server/index.js');
  assert.ok(start?.kind === 'serve-command');
  assert.deepEqual(
    [start.packageName, start.args, start.environment],
    ['@react-router/serve', ['./build/server/index.js'], { NODE_ENV: 'production' }],
  );
  assert.equal(read('remix-serve build')?.kind, 'serve-command');
});

test('without a start script there is none', () => {
  assert.equal(readStartScript({}, 'start', {}), undefined);
  assert.equal(readStartScript({ start: 'node x' }, 'constructor', {}), undefined);
});

/** What to set, for scripts of another form. */
const others: Record<string, RegExp> = {
  'next start':
    /^with `output: 'standalone'` in next\.config, `next build` writes \.next\/standalone\/server\.js, which is found$/,
  'next start -p $PORT': /\.next\/standalone/,
  'nuxt start': /`nuxt build` writes \.output\/server\/index\.mjs, which is found/,
  'nuxi preview': /\.output\/server/,
  'vinxi start': /\.output\/server/,
  'astro preview --host': /dist\/server\/entry\.mjs/,
  'ng serve --open': /dist\/NAME\/server\/server\.mjs/,
  'nest start --watch': /`nest build` writes dist\/main\.js/,
  'vite preview': /a server for development: build the project/,
  vite: /a server for development/,
  'react-scripts start': /a server for development/,
  'serve -s build': /STATIC_PATH=\/app\/build/,
  'http-server ./dist/ -p 80': /STATIC_PATH=\/app\/dist$/,
  'pm2-runtime start ecosystem.config.js': /starts and watches the workers itself: set APP_MODULE to the file/,
  'pm2-runtime server.js -i max': /set APP_MODULE=server\.js$/,
  'pm2 start server.js --no-daemon': /set APP_MODULE=server\.js$/,
  'forever server.js': /set APP_MODULE=server\.js$/,
  'nodemon --exec ts-node server.js': /set APP_MODULE=server\.js$/,
  'concurrently "npm:api" "npm:web"': /runs one server: set APP_MODULE/,
  'turbo run start': /runs one server/,
  'bun run server.js': /the image has Node: set APP_MODULE=server\.js, and write `export default \{ fetch \}`/,
  'bun --bun server.js': /APP_MODULE=server\.js/,
  'deno run --allow-net server.js': /APP_MODULE=server\.js/,
  'dotenv -e .env -- node server.js': /write `node --env-file=\.env server\.js`/,
  'npm run build && node server.js':
    /^run `npm run build` in the Dockerfile, or in prestart\.sh .*, and set APP_MODULE=server\.js$/,
  'prisma migrate deploy && tsc && NODE_ENV=production node -r dotenv/config server.js --a b':
    /^run `prisma migrate deploy` and `tsc` in the Dockerfile, .* set APP_MODULE=server\.js APP_ARGS="--a b" NODE_OPTIONS="-r dotenv\/config"$/,
  'node migrate.js; node server.js': /run `node migrate\.js` in .* set APP_MODULE=server\.js$/,
  'node server.js | pino-pretty': /^the image reads what the app prints: set APP_MODULE=server\.js$/,
  'node server.js > out.log 2>&1': /set APP_MODULE=server\.js$/,
  'node server.js &': /set APP_MODULE=server\.js$/,
  'strapi start': /^set APP_MODULE=node_modules\/@strapi\/strapi\/bin\/strapi\.js APP_ARGS="start"$/,
  'npx fancy-cli serve --x': /^set APP_MODULE=node_modules\/fancy-cli\/cli\.js APP_ARGS="serve --x"$/,
  './start.sh': /^set APP_MODULE to the file that listens$/,
  'node --test': /^set APP_MODULE to the file/,
  'node -e "require(\'./server.js\')"': /set APP_MODULE/,
  'node $(cat entry) x': /set APP_MODULE/,
  'npm run loop': /set APP_MODULE/,
  'npm run nothing': /set APP_MODULE/,
  node: /set APP_MODULE/,
  'node inspect server.js': /set APP_MODULE=server\.js/,
};
const folder = appWith(
  {
    'server.js': '',
    'node_modules/@strapi/strapi/bin/strapi.js': '',
    'node_modules/fancy-cli/package.json': '{"name":"fancy-cli","bin":"./cli.js"}',
  },
  { 'node_modules/.bin/strapi': 'node_modules/@strapi/strapi/bin/strapi.js' },
);
for (const [text, remedy] of Object.entries(others)) {
  test(`\`${text}\` is not run, and what to set is said`, () => {
    const start = read(text);
    assert.ok(start?.kind === 'other', JSON.stringify(start));
    assert.match(remedyForStart(folder, start), remedy);
  });
}

test('a start script of another form is quoted where another file runs', () => {
  const { entry, notes } = findAppIn(
    appWith({ 'index.js': '', 'package.json': '{"scripts":{"start":"pm2-runtime index.js"}}' }),
    appSettings,
  );
  assert.equal(entry, '/app/index.js');
  assert.match(
    notes.join(),
    /^`scripts\.start` of package\.json \(`pm2-runtime index\.js`\) is not run: .*set APP_MODULE=index\.js$/,
  );
});

test('a start script of another form is quoted where no file is found', () => {
  assert.throws(
    () => findAppIn(appWith({ 'package.json': '{"scripts":{"start":"bun run x"}}' }), appSettings),
    /no app found .*\. `scripts\.start` of package\.json \(`bun run x`\) is not run: the image has Node: set APP_MODULE.*Deno\.serve\(\)\.$/,
  );
});
