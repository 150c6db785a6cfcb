// What frameworks build is found by marks of their own; what they build it from is not run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildOutputs } from '../../rootfs/usr/local/lib/cluster/app/build-outputs.ts';
import { type App, findAppIn } from '../../rootfs/usr/local/lib/cluster/app/find.ts';
import { unbuiltProjects } from '../../rootfs/usr/local/lib/cluster/app/unbuilt-projects.ts';
import { appSettings, appWith } from './support/app-files.ts';

const find = (files: Record<string, string>): App => findAppIn(appWith(files), appSettings);
const all = (...names: string[]) => Object.fromEntries(names.map((name) => [name, '']));

const serveCommand = (name: string, command: string, file: string) => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, bin: { [command]: file } }),
  [`node_modules/${name}/${file}`]: '',
});

interface Output {
  /** Of which none may be missing. */
  files: Record<string, string>;
  entry: string;
  args?: string[];
}

/** As the frameworks' own builds leave them, and with sources beside them whose names are usual ones. */
const outputs: Record<string, Output> = {
  'Nitro (Nuxt, SolidStart, TanStack Start)': {
    files: all('.output/server/index.mjs'),
    entry: '.output/server/index.mjs',
  },
  Analog: {
    files: all('dist/analog/server/index.mjs', 'dist/analog/public/index.html'),
    entry: 'dist/analog/server/index.mjs',
  },
  SvelteKit: {
    files: all('build/index.js', 'build/handler.js', 'build/client/a.js', 'build/server/index.js'),
    entry: 'build/index.js',
  },
  Astro: { files: all('dist/server/entry.mjs', 'dist/client/favicon.svg'), entry: 'dist/server/entry.mjs' },
  'Astro of pages whose scripts are inline': {
    files: all('dist/server/entry.mjs', 'dist/client/'),
    entry: 'dist/server/entry.mjs',
  },
  Angular: {
    files: all('dist/shop/server/server.mjs', 'dist/shop/browser/main.js'),
    entry: 'dist/shop/server/server.mjs',
  },
  'Next.js': {
    files: all('.next/standalone/server.js', '.next/standalone/.next/BUILD_ID'),
    entry: '.next/standalone/server.js',
  },
  'Next.js in a monorepo': {
    files: all('.next/standalone/apps/web/server.js', '.next/standalone/apps/web/.next/BUILD_ID'),
    entry: '.next/standalone/apps/web/server.js',
  },
  'React Router': {
    files: {
      ...all('build/server/index.js', 'build/client/a.js'),
      ...serveCommand('@react-router/serve', 'react-router-serve', 'bin.js'),
    },
    entry: 'node_modules/@react-router/serve/bin.js',
    args: ['./build/server/index.js'],
  },
  Remix: {
    files: {
      ...all('build/server/index.js', 'build/client/a.js'),
      ...serveCommand('@remix-run/serve', 'remix-serve', 'dist/cli.js'),
    },
    entry: 'node_modules/@remix-run/serve/dist/cli.js',
    args: ['./build/server/index.js'],
  },
  'Remix, classic': {
    files: {
      ...all('build/index.js', 'public/build/a.js'),
      ...serveCommand('@remix-run/serve', 'remix-serve', 'dist/cli.js'),
    },
    entry: 'node_modules/@remix-run/serve/dist/cli.js',
    args: ['./build/index.js'],
  },
  'Qwik with Express': {
    files: all('server/entry.express.js', 'dist/q-manifest.json'),
    entry: 'server/entry.express.js',
  },
  'Qwik with Fastify': {
    files: all('server/entry.fastify.mjs', 'dist/q-manifest.json'),
    entry: 'server/entry.fastify.mjs',
  },
  'Qwik with node:http': {
    files: all('server/entry.node-server.js', 'dist/q-manifest.json'),
    entry: 'server/entry.node-server.js',
  },
  'TanStack Start without Nitro': {
    files: {
      ...all('dist/server/server.js', 'dist/client/a.js'),
      'package.json': '{"dependencies":{"@tanstack/react-start":"1"}}',
    },
    entry: 'dist/server/server.js',
  },
  AdonisJS: { files: all('build/bin/server.js', 'build/ace.js'), entry: 'build/bin/server.js' },
  'Nest with sources beside src': { files: all('dist/src/main.js', 'nest-cli.json'), entry: 'dist/src/main.js' },
  'Nest in a monorepo': { files: all('dist/apps/api/main.js', 'nest-cli.json'), entry: 'dist/apps/api/main.js' },
};

for (const [name, { files, entry, args = [] }] of Object.entries(outputs)) {
  test(`the build of ${name} is found`, () => {
    const app = find({ ...files, ...all('src/server.ts') });
    assert.equal(app.entry, `/app/${entry}`);
    assert.deepEqual(app.args, args);
    assert.match(app.reason, /the build of/);
  });
  test(`the build of ${name} is not found where a part of it is missing`, () => {
    for (const missing of Object.keys(files)) {
      const { [missing]: _, ...rest } = files;
      const found = find({ ...rest, ...all('zz/keeps-app-from-being-empty', 'src/main.mjs') });
      assert.doesNotMatch(found.reason, /the build of/, `without ${missing}`);
    }
  });
}

test('each row of the table has an output here', () => {
  const found = new Set(Object.values(outputs).map(({ files }) => /the build of (.*)$/.exec(find(files).reason)?.[1]));
  assert.deepEqual([...found].sort(), [...new Set(buildOutputs.map(({ framework }) => framework))].sort());
});

test('apps whose folders look alike are no builds of frameworks', () => {
  const plain: [files: Record<string, string>, entry: string][] = [
    [all('build/index.js', 'build/client/a.js'), 'build/index.js'],
    [all('build/index.js', 'build/server/db.js', 'public/build/a.js'), 'build/index.js'],
    [all('dist/server/server.js', 'dist/client/a.js', 'dist/index.js'), 'dist/index.js'],
    [all('server/entry.express.js', 'server.js'), 'server.js'],
    [all('dist/apps/api/main.js', 'dist/main.js'), 'dist/main.js'],
    [all('build/bin/server.js', 'build/server.js'), 'build/server.js'],
  ];
  for (const [files, entry] of plain) {
    const app = find(files);
    assert.equal(app.entry, `/app/${entry}`);
    assert.equal(app.reason, 'the first of the usual names');
  }
});

test('of several builds of a workspace the first by name runs, and the others are passed over', () => {
  const app = find(
    all('dist/a/server/server.mjs', 'dist/a/browser/x.js', 'dist/b/server/server.mjs', 'dist/b/browser/x.js'),
  );
  assert.equal(app.entry, '/app/dist/a/server/server.mjs');
  assert.deepEqual(app.passedOver, ['/app/dist/b/server/server.mjs']);
});

test('a standalone build of Next.js without its static files says what to copy', () => {
  const files = all('.next/standalone/server.js', '.next/standalone/.next/BUILD_ID');
  assert.match(
    find(files).notes.join(),
    /^\.next\/standalone\/\.next\/static is not there, .*: copy \.next\/static to it$/,
  );
  assert.deepEqual(find({ ...files, ...all('.next/standalone/.next/static/a.js') }).notes, []);
});

test('a build goes after a start script and `main`, which say more', () => {
  const build = all('.output/server/index.mjs', 'server.js');
  assert.equal(find({ ...build, 'package.json': '{"scripts":{"start":"node server.js"}}' }).entry, '/app/server.js');
  assert.equal(find({ ...build, 'package.json': '{"main":"server.js"}' }).entry, '/app/server.js');
});

/** Files with the name of an app's entry that only a bundler can read. */
const bundlerInputs: Record<string, Record<string, string>> = {
  'Angular’s browser entry': {
    'src/main.ts':
      "import { bootstrapApplication } from '@angular/platform-browser';\nimport { App } from './app/app';\nbootstrapApplication(App);",
  },
  'Angular’s server entry': {
    'src/server.ts': "import {\n  AngularNodeAppEngine,\n} from '@angular/ssr/node';\nexport const reqHandler = 1;",
  },
  'a module of Angular, older': { 'src/main.ts': "import { enableProdMode } from '@angular/core';" },
  'React with createRoot': {
    'src/main.tsx': "import { createRoot } from 'react-dom/client'\ncreateRoot(document.body)",
  },
  'React with a style sheet': { 'src/index.js': "import React from 'react';\nimport './index.css';" },
  'Vue’s component': {
    'src/main.ts': "import { createApp } from 'vue'\nimport App from './App.vue'\ncreateApp(App).mount('#app')",
  },
  'Svelte’s component': {
    'src/main.js': "import { mount } from 'svelte'\nimport App from './App.svelte'\nmount(App, {})",
  },
  'a picture': { 'src/index.ts': "import url from './logo.svg?url';" },
  'a package’s style sheet': { 'src/index.ts': "import 'bootstrap/dist/css/bootstrap.min.css';" },
  'TanStack’s server entry': { 'src/server.ts': "import handler from '@tanstack/react-start/server-entry'" },
  'a script of the page': {
    'src/main.ts': 'console.log(1)',
    'index.html': '<script type="module" src="/src/main.ts"></script>',
  },
  'a script beside its page': { 'app.js': 'alert(1)', 'index.html': "<script defer src='app.js?v=1'></script>" },
  'a built script beside its page': { 'dist/index.js': '', 'dist/index.html': '<script src=./index.js></script>' },
};
for (const [what, files] of Object.entries(bundlerInputs)) {
  test(`${what} is never run, also not as \`main\``, () => {
    assert.throws(() => find(files), { code: 'APP_MISSING' });
    const [file = ''] = Object.keys(files);
    assert.throws(() => find({ ...files, 'package.json': JSON.stringify({ main: file }) }), { code: 'APP_MISSING' });
    assert.equal(find({ ...files, 'src/index.mts': '' }).entry, '/app/src/index.mts');
  });
}

test('a server that only speaks of such files runs', () => {
  const servers = [
    "// import App from './App.vue'\nimport express from 'express';",
    "import { renderToString } from 'react-dom/server';\nimport { App } from './App.tsx';",
    "import type { Type } from '@angular/core';\nimport express from 'express';",
    "const page = `\n  import './style.css'`;",
    "import { readFileSync } from 'node:fs';\nconst css = readFileSync('./a.css');",
  ];
  for (const source of servers) assert.equal(find({ 'src/main.ts': source }).entry, '/app/src/main.ts');
});

const manifest = (...dependencies: string[]) => ({
  'package.json': JSON.stringify({ devDependencies: Object.fromEntries(dependencies.map((name) => [name, '1'])) }),
});
const projects: Record<string, [files: Record<string, string>, found: RegExp]> = {
  Nuxt: [all('nuxt.config.ts', 'app.vue'), /\.output\/server\/index\.mjs is found then/],
  Nitro: [all('nitro.config.ts', 'routes/index.ts'), /\.output\/server\/index\.mjs is found/],
  'Next.js': [manifest('next', 'react'), /`output: 'standalone'` .*\.next\/standalone\/server\.js is found/],
  SvelteKit: [manifest('@sveltejs/kit', 'vite'), /@sveltejs\/adapter-node: build\/index\.js is found/],
  Astro: [manifest('astro'), /standalone mode: dist\/server\/entry\.mjs is found/],
  Analog: [{ ...manifest('@analogjs/platform'), ...all('angular.json') }, /dist\/analog\/server\/index\.mjs is found/],
  'React Router': [manifest('@react-router/serve', 'vite'), /build\/server\/index\.js is found then, and served by/],
  Remix: [manifest('@remix-run/serve', 'vite'), /served by remix-serve/],
  Qwik: [manifest('@builder.io/qwik-city', 'vite'), /server\/entry\.express\.js is found/],
  'TanStack Start': [manifest('@tanstack/react-start', 'vite'), /dist\/server\/server\.js, or \.output/],
  SolidStart: [manifest('@solidjs/start'), /\.output\/server\/index\.mjs is found/],
  AdonisJS: [all('adonisrc.ts', 'bin/server.ts'), /build\/bin\/server\.js is found/],
  Angular: [
    {
      ...all('angular.json'),
      'src/main.ts': "import { bootstrapApplication } from '@angular/platform-browser';",
      'src/main.server.ts': '',
      'src/server.ts': "import express from 'express';\nimport { CommonEngine } from '@angular/ssr/node';",
    },
    /`RUN npm run build`\), with server-side rendering \(`ng add @angular\/ssr`\): dist\/NAME\/server\/server\.mjs is found then\.$/,
  ],
  'Create React App': [manifest('react-scripts'), /STATIC_PATH=\/app\/build, STATIC_INDEX=on/],
  'Vue CLI': [manifest('@vue/cli-service'), /STATIC_PATH=\/app\/dist/],
  Vite: [
    { ...manifest('vite'), 'index.html': '<script type="module" src="/src/main.tsx"></script>', 'src/main.tsx': '' },
    /STATIC_PATH=\/app\/dist/,
  ],
};
for (const [framework, [files, found]] of Object.entries(projects)) {
  test(`the sources of a ${framework} project are told from an app: build them first`, () => {
    assert.throws(
      () => find(files),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'APP_NOT_BUILT');
        assert.ok(error.message.includes(`the sources of a ${framework} project, without its build`), error.message);
        assert.match(error.message, found);
        return true;
      },
    );
  });
}
test('each known kind of project has its sources here', () => {
  assert.deepEqual(Object.keys(projects).sort(), unbuiltProjects.map(({ framework }) => framework).sort());
});
