// What nginx.conf says of the access log, by what is set.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NginxContext } from '../../rootfs/usr/local/lib/cluster/nginx/config/context.ts';
import type { Environment } from '../../rootfs/usr/local/lib/cluster/settings/findings.ts';
import { tls } from '../support/nginx-variants.ts';
import { below, has, render } from './support/nginx-outline.ts';

test('the access log: which requests, in which format', () => {
  const written = (environment: Environment, more: Partial<NginxContext> = {}) =>
    below(render(environment, more), 'access_log ')[0];
  const untraced = 'buffer=4k flush=1s if=$is_untraced';
  assert.equal(written({}), `/dev/stdout json ${untraced}`);
  assert.equal(written({}, { isTerminal: true }), `/dev/stdout text ${untraced}`);
  assert.equal(written({ LOG_FORMAT: 'json' }, { isTerminal: true }), `/dev/stdout json ${untraced}`);
  assert.equal(written({ LOG_FORMAT: 'text' }), `/dev/stdout text ${untraced}`);
  assert.equal(written({ LOG_FORMAT: 'logfmt' }), `/dev/stdout logfmt ${untraced}`);
  assert.equal(written({ LOG_FORMAT: 'combined' }), '/dev/stdout combined_log buffer=4k flush=1s');
  assert.equal(
    written({ LOG_FORMAT: 'common', ACCESS_LOG: 'errors' }),
    '/dev/stdout common_log buffer=4k flush=1s if=$is_logged',
  );
  assert.deepEqual(below(render({ ACCESS_LOG: 'errors' }), 'access_log '), [
    `/dev/stdout json ${untraced}`,
    '/dev/stdout json_traced buffer=4k flush=1s if=$is_traced',
  ]);
  assert.deepEqual(below(render({ ACCESS_LOG: 'errors' }), 'map $is_logged$trace_id $is_untraced > '), [
    'default 0',
    '1 1',
  ]);
  assert.equal(written({ ACCESS_LOG: 'off' }), 'off');
  assert.ok(!has(render({ ACCESS_LOG: 'off' }), /log_format|\$is_logged|\$slot/));
  assert.deepEqual(below(render({ ACCESS_LOG: 'errors' }), 'map $status $is_logged > '), ['default 0', '~^[45] 1']);
  assert.match(below(render({ ACCESS_LOG: 'slow:500ms' }), 'map $request_time $is_logged > ')[1] ?? '', /^~\^.* 1$/);
  assert.deepEqual(below(render({}), 'map $upstream_addr $slot > ').slice(0, 4), [
    'default null',
    'unix:/run/cluster/slot-0.sock 0',
    'unix:/run/cluster/slot-1.sock 1',
    'unix:/run/cluster/slot-2.sock 2',
  ]);
  assert.equal(below(render({ LOG_FORMAT: 'text' }), 'map $upstream_addr $slot > ')[0], 'default -');
});

test('a line of JSON is one, whichever fields it has', () => {
  const line = (environment: Environment) => {
    const [format = ''] = below(render(environment), 'log_format json escape=json ');
    const values = format
      .replaceAll(/' '|^'|'$/g, '')
      .replaceAll(/"\$\w+"/g, '"x"')
      // Numbers or null, whatever happens; others can be empty.
      .replaceAll(/\$(status|body_bytes_sent|request_time|worker_duration|slot)\b/g, '1')
      .replaceAll(/(?<=[,{}]) (?=["}])/g, '');
    return Object.keys(JSON.parse(values));
  };
  const fields = [
    'time',
    'id',
    'client',
    'method',
    'host',
    'path',
    'status',
    'bytes',
    'duration',
    'workerDuration',
    'slot',
    'failure',
  ];
  assert.deepEqual(line({}), [...fields, 'agent']);
  assert.deepEqual(line({ MICRO_CACHE: '1m', ...tls }), [...fields, 'cache', 'tls', 'agent']);
});

test('a logged path has a query only if it is asked for', () => {
  assert.match(below(render({}), 'map $request_uri $cut_path > ')[0] ?? '', /\[\^\?\]/);
  assert.doesNotMatch(below(render({ ACCESS_LOG_QUERY: 'on' }), 'map $request_uri $cut_path > ')[0] ?? '', /\[\^\?\]/);
});
