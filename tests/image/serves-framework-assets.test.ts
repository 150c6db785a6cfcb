// Several static folders, and what frameworks have built: nginx sends the hashed assets, the app gets everything else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Container, runToItsEnd, serve } from './support/container.ts';
import { get } from './support/raw.ts';

const immutable = 'public, max-age=31536000, immutable';

/** A build as small as can be: its marks, an asset, and what must not be sent. */
interface Build {
  files: Record<string, string>;
  asset: string;
  /** URLs of server files, sources and pages. */
  forTheApp: string[];
}

const builds: Record<string, Build> = {
  Next: {
    files: {
      '/app/.next/BUILD_ID': 'x',
      '/app/.next/static/chunks/main-app.js': 'ASSET',
      '/app/.next/server/app/page.js': 'SECRET',
      '/app/public/robots.txt': 'robots',
    },
    asset: '/_next/static/chunks/main-app.js',
    forTheApp: [
      '/_next/static/none.js',
      '/_next/BUILD_ID',
      '/_next/server/app/page.js',
      '/.next/BUILD_ID',
      '/_next/static/../server/app/page.js',
    ],
  },
  Nuxt: {
    files: {
      '/app/.output/server/index.mjs': 'SECRET',
      '/app/.output/public/_nuxt/entry.js': 'ASSET',
      '/app/.output/public/index.html': 'SECRET',
    },
    asset: '/_nuxt/entry.js',
    forTheApp: ['/', '/server/index.mjs', '/_nuxt/../server/index.mjs', '/_nuxt'],
  },
  SvelteKit: {
    files: {
      '/app/build/handler.js': 'SECRET',
      '/app/build/server/index.js': 'SECRET',
      '/app/build/client/_app/immutable/entry/start.js': 'ASSET',
      '/app/build/client/_app/version.json': 'SECRET',
    },
    asset: '/_app/immutable/entry/start.js',
    forTheApp: ['/handler.js', '/_app/version.json', '/build/server/index.js'],
  },
  Astro: {
    files: {
      '/app/dist/server/entry.mjs': 'SECRET',
      '/app/dist/client/_astro/page.css': 'ASSET',
      '/app/dist/client/about/index.html': 'SECRET',
    },
    asset: '/_astro/page.css',
    forTheApp: ['/about', '/about/', '/server/entry.mjs'],
  },
  'React Router': {
    files: {
      '/app/build/server/index.js': 'SECRET',
      '/app/build/client/assets/root-DiwrgT4a.js': 'ASSET',
      '/app/build/client/favicon.ico': 'SECRET',
    },
    asset: '/assets/root-DiwrgT4a.js',
    forTheApp: ['/favicon.ico', '/build/server/index.js', '/assets/../server/index.js'],
  },
  Angular: {
    files: {
      '/app/dist/shop/server/server.mjs': 'SECRET',
      '/app/dist/shop/browser/main-5INURTSO.js': 'ASSET',
      '/app/dist/shop/browser/index.csr.html': 'SECRET',
      '/app/dist/shop/browser/about/index.html': 'SECRET',
    },
    asset: '/main-5INURTSO.js',
    forTheApp: ['/', '/index.csr.html', '/about', '/about/', '/server/server.mjs', '/none-5INURTSO.js'],
  },
};

for (const [framework, { files, asset, forTheApp }] of Object.entries(builds)) {
  test(`${framework}: nginx sends its hashed assets without a setting, and nothing else of its build`, async (t) => {
    const container = await serve(t, {
      app: 'parrot',
      files,
      environment: { WORKERS: '1', APP_MODULE: 'main.mjs' },
    });
    const answer = await get(container, asset);
    assert.equal(`${answer.status} ${answer.body}`, '200 ASSET');
    assert.equal(answer.headers['cache-control'], immutable);
    assert.equal(answer.headers['x-frame-options'], 'SAMEORIGIN');
    for (const path of forTheApp) {
      const { status, body } = await get(container, path);
      assert.equal(status, 404, path);
      assert.match(body, /^the app knows no /, path);
    }
    await container.printed(new RegExp(`"path":"${asset}","status":200,.*"slot":null`));
    await container.printed(
      new RegExp(`nginx sends .* from /app/.*, built by ${framework} \\(STATIC_PATH changes that\\)`),
    );
    const { output } = await container.exec('cluster', 'config');
    assert.match(output, new RegExp(`^FILES AT +FOLDER +BECAUSE\\n[\\s\\S]*built by ${framework}$`, 'm'));
    if (framework === 'Next') assert.equal((await get(container, '/robots.txt')).body, 'robots');
  });
}

test('STATIC_PATH with pairs: each folder at its URL, the longest first; nothing else is recognised then', async (t) => {
  const environment = {
    WORKERS: '1',
    APP_MODULE: 'main.mjs',
    STATIC_PATH: '/_next/static=built/next, /files=/srv/my files, /=public',
  };
  for (const base of ['', '/shop']) {
    const container = await serve(t, {
      app: 'parrot',
      files: {
        '/app/built/next/chunk.js': 'a chunk',
        '/srv/my files/a.txt': 'a file',
        '/srv/my files/index.html': 'the files',
        '/app/public/a.txt': 'public',
        '/app/public/files/b.txt': 'hidden by the longer path',
        '/app/secret.txt': 'SECRET',
        '/app/.output/server/index.mjs': 'SECRET',
        '/app/.output/public/_nuxt/entry.js': 'not asked for',
      },
      environment: { ...environment, ...(base === '' ? {} : { BASE_PATH: base }) },
    });
    const wanted: [path: string, answer: string][] = [
      ['/_next/static/chunk.js', '200 a chunk'],
      ['/files/a.txt', '200 a file'],
      ['/files/', '200 the files'],
      ['/a.txt', '200 public'],
      ['/say', '200 said'],
      ['/files/b.txt', '404 the app knows no /files/b.txt'],
      ['/_nuxt/entry.js', '404 the app knows no /_nuxt/entry.js'],
      ['/files../secret.txt', '404 the app knows no /files../secret.txt'],
    ];
    for (const [path, answer] of wanted) assert.equal(await text(container, base + path), answer);
    assert.equal((await get(container, `${base}/files`)).headers.location, `${base}/files/`);
  }
});

test('what cannot be meant ends the container with 78, and the remedy', async (t) => {
  for (const [staticPath, reason] of [
    ['/a=public,/a/=dist', /two folders for one URL path/],
    ['/a=none', /there is no such folder \/app\/none\. Write the path of a folder in the image/],
    ['/a=../etc', /leads out of \/app/],
  ] as const) {
    const { exitCode, lastLine } = await runToItsEnd(t, { app: 'parrot', environment: { STATIC_PATH: staticPath } });
    assert.equal(exitCode, 78);
    assert.match(lastLine, reason);
  }
});

async function text(container: Container, path: string): Promise<string> {
  const { status, body } = await get(container, path);
  return `${status} ${body}`;
}
