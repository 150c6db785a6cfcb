// /app/nginx/{http,server,location}.d/*.conf and /app/nginx.conf: taken, checked, and refused with file, line and what stands there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runToItsEnd, serve } from './support/container.ts';
import { get, send } from './support/raw.ts';

const folder = '/app/nginx';

test('at each level; what they set in a location adds to what the image sets there', async (t) => {
  const container = await serve(t, {
    app: 'parrot',
    environment: { WORKERS: '1' },
    files: {
      [`${folder}/http.d/10-map.conf`]: 'map $arg_color $color {\n  default red;\n  blue blue;\n}\n',
      [`${folder}/server.d/robots.conf`]:
        'location = /robots.txt {\n  more_set_headers "X-Color: $color";\n  return 200 "no robots";\n}\nclient_max_body_size 20m;\n',
      [`${folder}/location.d/headers.conf`]:
        'add_header X-Added by-a-snippet always;\nproxy_set_header X-For-The-App "also $color";\nproxy_read_timeout 7s;\n',
      [`${folder}/location.d/readme.txt`]: 'not a configuration',
    },
  });
  const robots = await get(container, '/robots.txt?color=blue');
  assert.equal(robots.body, 'no robots');
  assert.equal(robots.headers['x-color'], 'blue');
  assert.equal(robots.headers['x-frame-options'], 'SAMEORIGIN');
  const answer = await get(container, '/who');
  assert.equal(answer.headers['x-added'], 'by-a-snippet');
  assert.equal(answer.headers['x-frame-options'], 'SAMEORIGIN');
  const { headers } = JSON.parse(answer.body);
  assert.equal(headers['x-for-the-app'], 'also red');
  assert.match(headers['x-forwarded-for'], /^[\d.:a-f]+$/);
  assert.equal(headers['x-request-id'], answer.headers['x-request-id']);
});

test('error pages of the user’s, at each level, from the static folder; the image’s own for all other codes', async (t) => {
  const directive = 'error_page 502 504 /502.html;\n';
  const levels: [level: string, environment: Record<string, string>][] = [
    ['http', {}],
    ['server', {}],
    ['location', {}],
    // Where pages go another way than the rest.
    ['http', { STATIC_INDEX: 'on' }],
    ['server', { STATIC_INDEX: 'on' }],
    ['location', { STATIC_INDEX: 'on' }],
  ];
  for (const [level, environment] of levels) {
    const container = await serve(t, {
      app: 'parrot',
      environment: { WORKERS: '1', REQUEST_TIMEOUT: '1s', NGINX_MAX_UPLOAD: '1k', ...environment },
      files: {
        [`${folder}/${level}.d/errors.conf`]: directive,
        '/app/public/502.html': 'my page',
        '/app/public/index.html': 'the single page',
      },
    });
    const html = { accept: 'text/html' };
    for (const headers of [html, {}]) {
      const closed = await get(container, '/hang-up', headers);
      assert.equal(`${closed.status} ${closed.body}`, '502 my page', `${level} ${JSON.stringify(environment)}`);
      assert.equal(closed.headers['x-frame-options'], 'SAMEORIGIN');
      const silent = await get(container, '/silent', headers);
      assert.equal(`${silent.status} ${silent.body}`, '504 my page');
    }
    const tooLarge = await send(container, 'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1025\r\n\r\n');
    assert.equal(JSON.parse(tooLarge.body).error, 'Too large');
    // The app's own is the app's, as a page, too.
    const own = await get(container, '/say?status=500&body=of-the-app', html);
    assert.equal(`${own.status} ${own.body}`, '500 of-the-app');
  }
});

test('a whole nginx.conf of the user’s, with the image’s upstream', async (t) => {
  const own = `pid /run/nginx/nginx.pid;
events {}
http {
  include /run/nginx/parts.conf;
  access_log off;
  server {
    listen 8080;
    location / {
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_pass http://app;
      add_header X-Whose own;
    }
    location = /healthz {
      proxy_pass http://primary/healthz;
    }
  }
}
`;
  const files = { '/app/nginx.conf': own };
  const container = await serve(t, { app: 'parrot', files, environment: { WORKERS: '1' } });
  const answer = await get(container, '/say');
  assert.equal(answer.body, 'said');
  assert.equal(answer.headers['x-whose'], 'own');
  assert.equal(answer.headers['x-frame-options'], undefined);
  const check = await container.exec('cluster', 'config', 'check');
  assert.equal(check.exitCode, 0, check.output);
  // Where no server runs, as in a Dockerfile.
  const build = await runToItsEnd(t, { app: 'parrot', files, command: ['cluster', 'config', 'check'] });
  assert.equal(build.exitCode, 0, build.output);
});

test('a broken one ends the container with 78, and says where and what; so does cluster config check', async (t) => {
  const broken: [files: Record<string, string>, reason: RegExp][] = [
    [
      { [`${folder}/server.d/a.conf`]: '# fine\nproxy_passs http://x;\n' },
      /^nginx refuses \/app\/nginx\/server\.d\/a\.conf, line 2: unknown directive "proxy_passs"\. There stands: proxy_passs http:\/\/x;$/,
    ],
    [
      { '/app/nginx.conf': 'events {}\nhttp {\n  server { listen nowhere; }\n}\n' },
      /^nginx refuses \/app\/nginx\.conf, line 3: .*There stands: server \{ listen nowhere; \}$/,
    ],
  ];
  for (const [files, reason] of broken) {
    const started = await runToItsEnd(t, { app: 'parrot', files });
    assert.equal(started.exitCode, 78, started.output);
    assert.match(started.lastLine.replace('[cluster] ', ''), reason);
    const checked = await runToItsEnd(t, { app: 'parrot', files, command: ['cluster', 'config', 'check'] });
    assert.equal(checked.exitCode, 78);
    assert.match(checked.lastLine, reason);
  }
  const dropping = await runToItsEnd(t, {
    app: 'parrot',
    files: { [`${folder}/server.d/a.conf`]: 'location /a {\n  add_header X-A a;\n}\n' },
    command: ['cluster', 'config', 'check'],
  });
  assert.equal(dropping.exitCode, 0);
  assert.match(
    dropping.output,
    /warning: \/app\/nginx\/server\.d\/a\.conf, line 2: inside of a location, add_header drops/,
  );
});
