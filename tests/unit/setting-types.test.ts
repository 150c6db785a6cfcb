// What each type of value reads, refuses, prints and suggests, by what people write into variables: numbers and words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { duration, rate, size } from '../../rootfs/usr/local/lib/cluster/settings/types/amount.ts';
import { count, range } from '../../rootfs/usr/local/lib/cluster/settings/types/number.ts';
import { autoOr, offOr, zeroOr } from '../../rootfs/usr/local/lib/cluster/settings/types/type.ts';
import { accessLog, oneOf, toggle, words } from '../../rootfs/usr/local/lib/cluster/settings/types/word.ts';
import { promise } from './support/setting-type.ts';

const minute = 60_000;
const hour = 60 * minute;
const mebibyte = 1024 ** 2;

promise('a whole number is within its bounds, in plain digits', {
  type: count(1, 4_000_000_000),
  reads: [
    [1, '1', '01'],
    [999_999_999, '999999999'],
    [undefined, '0', '-1', '+1', '1.0', '1e1', '0x1', ' 1', '1 ', '', 'one', '1234567890'],
  ],
  prints: [[42, '42']],
});

promise('both bounds of a number belong to it', {
  type: count(3, 5),
  reads: [
    [3, '3'],
    [5, '5'],
    [undefined, '2', '6'],
  ],
});

promise('a range is one number or two, the lower one first', {
  type: range(1, 512),
  reads: [
    [{ min: 1, max: 1 }, '1', '1-1'],
    [{ min: 512, max: 512 }, '512'],
    [{ min: 2, max: 8 }, '2-8'],
    [undefined, '0', '513', '0-2', '2-513', '8-2', '1-2-3', '-', '1-', '-2', '', 'auto', '2–8'],
  ],
  prints: [
    [{ min: 4, max: 4 }, '4'],
    [{ min: 2, max: 16 }, '2-16'],
  ],
  suggests: [
    [['2-16'], '2..16', '2...16', '2 to 16', '2,16', '2:16', '2–16', '2 - 16', '16-2', '16..2'],
    [[], 'x2..16', '2..16x', '2', '2.16', '2/16', 'two to 16'],
  ],
});

test('a range that ends before it begins is explained', () => {
  const { explain } = range(1, 512);
  assert.equal(explain?.('18-12'), 'the minimum 18 is above the maximum 12');
  for (const text of ['2-8', '3-3', 'x', '8-2x', 'x8-2', '8']) assert.equal(explain?.(text), undefined, text);
});

promise('a duration is in seconds, or has a unit', {
  type: duration(1000, hour, hour),
  reads: [
    [30_000, '30', '30s', '30000ms', '30.0', '0.5m'],
    [1500, '1.5', '1.5s', '1500ms', '1s500ms'],
    [90_000, '90', '1m30s', '1.5m'],
    [1250, '1.25', '1.250s'],
    [1000, '1'],
    [hour, '3600', '60m', '1h'],
    [undefined, '0', '999ms', '3600001ms', '2h', '1d'],
    [undefined, '', 's', '.5', '1.', '1..5', '1.2.3', '1w', '5 s', '5S', 'x5s', '5sx', '-5', '1,5'],
    [undefined, '0000000030s', '1.0000s'],
  ],
  prints: [
    [1500, '1500ms'],
    [90_000, '90s'],
    [2 * minute, '2m'],
    [hour, '1h'],
  ],
  suggests: [
    [['5m'], '5 min', '5 mins', '5 minute', '5 Minutes', '5M'],
    [['90s'], '90 sec', '90secs', '90 second', '90 seconds', '90 S'],
    [['2000ms'], '2000 msec', '2000 millisec', '2000 millisecond', '2000milliseconds', '2000 MS'],
    [['1h'], '1 hour', '1 hours', '1hr', '1 hrs', '1H'],
    [['30m30s'], '30 minutes 30 seconds'],
    [[], 'soon', '5 weeks'],
  ],
});

promise('a duration may be days, or nothing', {
  type: duration(0, 365 * 24 * hour, 365 * 24 * hour),
  reads: [
    [0, '0', '0s', '0ms'],
    [24 * hour, '1d', '24h', '86400'],
  ],
  prints: [
    [0, '0'],
    [7 * 24 * hour, '7d'],
    [1, '1ms'],
  ],
  suggests: [[['2d'], '2 day', '2 days', '2D']],
});

promise('a size is in bytes, or has a unit of nginx', {
  type: size(1024, 1024 ** 3, 1024),
  reads: [
    [1024, '1024', '1024b', '1024B', '1k', '1K', '1.0k'],
    [1.5 * mebibyte, '1.5m', '1536k'],
    [1.25 * mebibyte, '1.25m', '1.250m'],
    [1024 ** 3, '1g', '1G', '1024m'],
    [undefined, '1023', '1073741825', '2g', '0'],
    [undefined, '', 'k', 'b', '.5m', '1.m', '1.0000m', '1kb', '1 m', 'x1m', '1mx', '-1m', '80%', '0000000000001024k'],
  ],
  prints: [
    [1025, '1025'],
    [64 * 1024, '64k'],
    [10 * mebibyte, '10m'],
    [1024 ** 3, '1g'],
  ],
  suggests: [
    [['10m'], '10MB', '10 mb', '10 MiB', '10Mib', '10 mbyte', '10 mbytes', '10 m'],
    [['512k'], '512 KB', '512KiB'],
    [['1g'], '1 GB', '1GiB'],
    [[], 'large', '10 MBit', 'MB'],
  ],
});

promise('a rate is requests in a second or a minute', {
  type: rate,
  reads: [
    [{ requests: 10, per: 's' }, '10r/s'],
    [{ requests: 999_999, per: 'm' }, '999999r/m'],
    [undefined, '0r/s', '1000000r/s', '10', '10r/h', '10/s', '-1r/s', 'r/s', 'x10r/s', '10r/sx', '10R/S', '1.5r/s', ''],
  ],
  prints: [[{ requests: 600, per: 'm' }, '600r/m']],
  suggests: [
    [['10r/s'], '10', '10/s', '10 r / s', '10R/S', '10 req/s', '10 requests per second', '10 request/sec', '10 per s'],
    [['600r/m'], '600/m', '600 requests per minute', '600 request per minute', '600R/M', '600 r/min', '600rm'],
    [[], 'fast', 'x10', '0'],
  ],
});

promise('a switch is on or off, in the words that people use', {
  type: toggle,
  reads: [
    [true, '1', 'on', 'yes', 'true', 'enable', 'enabled', 'ON', 'True'],
    [false, '0', 'off', 'no', 'false', 'disable', 'disabled', 'OFF', 'False'],
    [undefined, '', '2', '10', 'onx', 'xon', 'offx', 'xoff', 'nope', 'not false'],
  ],
  prints: [
    [true, 'on'],
    [false, 'off'],
  ],
});

test('one of a few words has other spellings, and is listed as a sentence does', () => {
  const level = oneOf({ debug: ['trace'], info: [], warn: ['warning'] });
  assert.equal(level.parse('debug'), 'debug');
  assert.equal(level.parse('trace'), 'debug');
  assert.equal(level.parse('warning'), 'warn');
  for (const text of ['', 'DEBUG', 'Info', 'war']) assert.equal(level.parse(text), undefined, text);
  assert.equal(level.format('info'), 'info');
  assert.deepEqual(level.suggest?.('INFO'), ['info']);
  assert.equal(level.allowed, '`debug`, `info` or `warn`');
  assert.equal(oneOf({ json: [], text: [] }).allowed, '`json` or `text`');
  assert.equal(oneOf({ json: [] }).allowed, '`json`');
});

promise('`auto` is a word of its own beside the other values', {
  type: autoOr(range(1, 512)),
  reads: [
    ['auto', 'auto'],
    [{ min: 4, max: 4 }, '4'],
    [undefined, 'AUTO', 'max', ''],
  ],
  prints: [
    ['auto', 'auto'],
    [{ min: 2, max: 8 }, '2-8'],
  ],
  suggests: [
    [['auto'], 'AUTO', 'Auto', 'max', 'MAX'],
    [['2-8'], '2..8'],
    [[], 'automatic', 'xauto', 'maximum', 'climax'],
  ],
});

test('`auto` beside a type without suggestions suggests only itself', () => {
  assert.deepEqual(autoOr(count(1, 5)).suggest?.('MAX'), ['auto']);
  assert.equal(autoOr(range(1, 5)).explain?.('5-1'), 'the minimum 5 is above the maximum 1');
});

promise('`off` has many spellings beside the other values', {
  type: offOr(rate),
  reads: [
    ['off', '0', 'off', 'no', 'none', 'false', 'unlimited', 'disable', 'disabled', 'OFF', 'None'],
    [{ requests: 5, per: 's' }, '5r/s'],
    [undefined, 'offx', 'xoff', '00', 'on', ''],
  ],
  prints: [
    ['off', 'off'],
    [{ requests: 5, per: 's' }, '5r/s'],
  ],
  suggests: [[['5r/s'], '5']],
});

promise('zero may be written as a word, even where the other values begin above it', {
  type: zeroOr(count(10, 20), 'never'),
  reads: [
    [0, '0', '000', 'off', 'none', 'unlimited', 'OFF'],
    [10, '10'],
    [undefined, '9', '21', '0x', 'x0', 'offx', 'xoff', 'never', ''],
  ],
  prints: [
    [0, '0'],
    [15, '15'],
  ],
});

test('what is allowed is said in words, bounds included', () => {
  assert.equal(count(1, 9).allowed, 'a whole number between 1 and 9');
  assert.match(range(1, 9).allowed, /between 1 and 9\b.*\b2-8$/);
  assert.match(duration(0, 90_000, 90_000).allowed, /between 0 and 90s$/);
  assert.match(size(1024, mebibyte, 1024).allowed, /between 1k and 1m$/);
  assert.match(autoOr(count(1, 9)).allowed, /^`auto` or a whole number/);
  assert.match(offOr(count(1, 9)).allowed, /^`off` or a whole number/);
  assert.match(zeroOr(count(1, 9), 'no limit').allowed, /^a whole number.*, or 0: no limit$/);
});

promise('the access log is on, off, for errors or for slow requests', {
  type: accessLog,
  reads: [
    [{ kind: 'on' }, 'on', '-', '/dev/stdout', 'yes', '1'],
    [{ kind: 'off' }, 'off', 'no', '0', 'disabled'],
    [{ kind: 'errors' }, 'errors'],
    [{ kind: 'slow', thresholdMs: 500 }, 'slow:500ms', 'slow:0.5'],
    [{ kind: 'slow', thresholdMs: 1 }, 'slow:1ms'],
    [{ kind: 'slow', thresholdMs: hour }, 'slow:1h'],
    [undefined, '', 'slow', 'slow:', 'slow:0', 'slow:2h', 'slow:x', 'fast:1s', 'error', '/var/log/access.log', '--'],
  ],
  prints: [
    [{ kind: 'on' }, 'on'],
    [{ kind: 'off' }, 'off'],
    [{ kind: 'errors' }, 'errors'],
    [{ kind: 'slow', thresholdMs: 1500 }, 'slow:1500ms'],
  ],
  suggests: [
    [['slow:500ms'], 'slow', 'SLOW', 'slowest'],
    [['errors'], 'error', 'Err', 'ERRORS'],
    [['off'], 'OFF'],
    [[], 'very slow', 'no errors'],
  ],
});

promise('words are split as a shell does', {
  type: words,
  reads: [
    [[], '', '  '],
    [['a', 'b'], 'a b', '  a\t b '],
    [['two words', '--x=1 2'], '"two words" --x="1 2"', "'two words' --x='1 2'"],
    [['{"a": 1}'], `'{"a": 1}'`],
    [["it's"], `"it's"`],
    [['abc'], `a"b"c`, `a'b'"c"`],
    [[''], '""', "''"],
    [undefined, '"', "'", 'a "b', `a 'b`, `a"b`, `"a' b`],
  ],
  prints: [
    [['a', '--b=c'], 'a --b=c'],
    [['two words', ''], '"two words" ""'],
  ],
});

test('words are printed so that they are read again, whatever is in them', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (list) => assert.deepEqual(words.parse(words.format(list)), list)),
    { examples: [[[`say "it's"`, '"', "'"]]] },
  );
});
