import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NginxContext, renderNginxConfiguration } from '../../rootfs/usr/local/lib/cluster/nginx/template.ts';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';

const context: NginxContext = {
  settings: readSettings({}),
  plan: { minWorkers: 1, maxWorkers: 3, startWorkers: 2, nginxWorkers: 2, memoryBytes: 1e9 },
  isRoot: false,
  hasIpv6: true,
  hasStaticFolder: true,
  requestsMs: 20_000,
};

test('one upstream server a slot, never taken out by nginx itself', () => {
  const servers = renderNginxConfiguration(context).match(/server unix:\/run\/cluster\/slot-\d\.sock max_fails=0;/g);
  assert.equal(servers?.length, 3);
});

test('settings reach their directives', () => {
  const settings = readSettings({ PORT: '81', HEALTH_PATH: '/up', STATIC_PATH: '/srv/www' });
  const text = renderNginxConfiguration({ ...context, settings });
  assert.match(text, /^ {4}listen 81 /m);
  assert.match(text, /^ {4}listen \[::\]:81 /m);
  assert.match(text, /^ {4}location = \/up \{/m);
  assert.match(text, /^ {6}root \/srv\/www;/m);
  assert.match(text, /^worker_processes 2;/m);
  assert.match(text, /^worker_shutdown_timeout 20000ms;/m);
});

test('without IPv6 there is no such socket', () => {
  assert.doesNotMatch(renderNginxConfiguration({ ...context, hasIpv6: false }), /\[::\]/);
});

test('root stays root, so that nginx may open the workers’ sockets', () => {
  assert.match(renderNginxConfiguration({ ...context, isRoot: true }), /^user root root;$/m);
  assert.doesNotMatch(renderNginxConfiguration(context), /^user /m);
});

test('without a static folder every request goes to the app', () => {
  assert.doesNotMatch(renderNginxConfiguration({ ...context, hasStaticFolder: false }), /try_files|root \//);
});

test('laid out for a human: braces are balanced, and every line is indented by its depth', () => {
  for (const hasStaticFolder of [true, false]) {
    let depth = 0;
    let isContinued = false;
    for (const line of renderNginxConfiguration({ ...context, hasStaticFolder }).split('\n')) {
      const text = line.trim();
      if (text === '') continue;
      if (text === '}') depth -= 1;
      assert.equal(line.length - line.trimStart().length, depth * 2 + (isContinued ? 2 : 0), line);
      if (text.endsWith('{')) depth += 1;
      isContinued = !/[{};]$/.test(text) && !text.startsWith('#');
    }
    assert.equal(depth, 0);
  }
});
