// Runs before every npm script, with whatever Node the machine has (20 or later), from a bare clone.
// Installs the locked packages, among them the Node that all other scripts run on. Plain JavaScript, no dependency.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const stamp = join(root, 'node_modules', '.prepared');
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  mustBeWritable();
  const start = Date.now();
  process.stdout.write('packages    npm ci …\n');
  // No install scripts: the native parts of some test dependencies are optional and would need a compiler.
  npm('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
  // `node` is the exception: its script fetches the Node binary from the registry.
  npm('rebuild', 'node', '--loglevel=error');
  writeFileSync(stamp, wanted);
  process.stdout.write(`packages    installed in ${((Date.now() - start) / 1000).toFixed(0)} s\n`);
}

function mustBeWritable() {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    process.stderr.write(
      `error: ${root} cannot be written by this user. Clone the project into a folder that you own.\n`,
    );
    process.exit(1);
  }
}

function npm(...args) {
  const result = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? result.error ?? ''}\n`);
  process.stderr.write(
    `error: \`npm ${args.join(' ')}\` failed (above). Check that this folder is writable, that the disk has 1 GB free ` +
      'and that `npm ping` reaches the npm registry, then run the command again.\n',
  );
  process.exit(1);
}
