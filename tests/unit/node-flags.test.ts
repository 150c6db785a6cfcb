// A command line of Node is taken apart as Node itself does it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { checkNodeFlags } from '../../rootfs/usr/local/lib/cluster/app/start-flags.ts';
import { parseNodeArguments } from '../../rootfs/usr/local/lib/cluster/machine/node-flags.ts';

test('every flag that `node --help` shows with a value takes the next word', () => {
  const help = execFileSync(process.execPath, ['--help'], { encoding: 'utf8' });
  const flags = Array.from(help.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)=\.\.\./gm), ([, short, long = '']) =>
    short === undefined ? [long] : [short, long],
  ).flat();
  assert.ok(flags.length > 60, String(flags.length));
  for (const flag of flags) {
    assert.deepEqual(
      parseNodeArguments([flag, 'value', 'script.js', 'argument']),
      { flags: [{ name: flag, value: 'value', words: [flag, 'value'] }], script: 'script.js', args: ['argument'] },
      flag,
    );
  }
});

test('every flag that it shows without a value does not', () => {
  const help = execFileSync(process.execPath, ['--help'], { encoding: 'utf8' });
  const flags = Array.from(
    help.matchAll(/^ {2}(?:-\w, )?(--[a-z][\w-]+)(?:\[=.*\])?(?: {2}.*)?$/gm),
    ([, long = '']) => long,
  );
  assert.ok(flags.length > 60, String(flags.length));
  for (const flag of flags) assert.equal(parseNodeArguments([flag, 'script.js']).script, 'script.js', flag);
});

const at = (words: string) => parseNodeArguments(words.split(' '));
test('values after `=`, underscores, and `--`', () => {
  assert.deepEqual(at('--max_http_header_size 100 a.js').flags[0]?.words, ['--max_http_header_size', '100']);
  assert.deepEqual(at('--import=./a.mjs b.js').flags[0], {
    name: '--import',
    value: './a.mjs',
    words: ['--import=./a.mjs'],
  });
  assert.deepEqual(at('-- --odd.js -x'), { flags: [], script: '--odd.js', args: ['-x'] });
  assert.equal(parseNodeArguments([]).script, undefined);
  assert.equal(at('--watch').script, undefined);
});

const check = (...nodeFlags: string[]) =>
  checkNodeFlags({ nodeFlags, reason: '`scripts.start` of package.json' }, process.cwd());
test('flags that Node takes are accepted, and nothing of the app is loaded for that', () => {
  check();
  check(
    '--enable-source-maps',
    '--import',
    './package.json',
    '-r',
    'typescript',
    '--max-old-space-size=100',
    '--inspect=0',
  );
});

const refused: [flags: string[], reason: RegExp][] = [
  [
    ['--import', './not-there.mjs'],
    /^`scripts\.start` of package\.json: --import \.\/not-there\.mjs names what is not there/,
  ],
  [
    ['--foo'],
    /^`scripts\.start` of package\.json: bad option: --foo\. Correct the flags, or set APP_MODULE to the file/,
  ],
  [['--env-file=.env.not-there'], /\.env\.not-there: not found/],
  [['--max-old-space-size=lots'], /illegal value for flag --max-old-space-size/],
  [['--permission', '--allow-fs-read=/app'], /a worker cannot run with --permission/],
];
for (const [flags, reason] of refused) {
  test(`${flags.join(' ')} is refused`, () => {
    assert.throws(
      () => check(...flags),
      (error: Error & { code: string; exitCode: number }) => {
        assert.equal(error.code, 'NODE_FLAG_REFUSED');
        assert.equal(error.exitCode, 78);
        assert.match(error.message, reason);
        assert.ok(!error.message.includes('\n'));
        return true;
      },
    );
  });
}
