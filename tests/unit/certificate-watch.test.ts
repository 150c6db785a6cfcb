// Which changes of a certificate's files are seen.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprint } from '../../rootfs/usr/local/lib/cluster/nginx/certificate-watch.ts';

test('every way of replacing a certificate is seen, and nothing else', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const certificate = join(folder, 'tls.crt');
  const key = join(folder, 'tls.key');
  const long = new Date('2026-01-01T00:00:00Z');
  const write = (path: string, content: string) => {
    writeFileSync(path, content);
    utimesSync(path, long, long);
  };
  const see = () => fingerprint([certificate, key]);
  write(certificate, 'the first one');
  write(key, 'its key');

  const changes: Record<string, () => void> = {
    'written in place, of the same length and date': () => write(certificate, 'the other one'),
    'the key alone': () => write(key, 'new key'),
    'removed and made anew with the same date, as a tar archive does': () => {
      rmSync(certificate);
      write(certificate, 'the third one');
    },
    'renamed over': () => {
      write(`${certificate}.new`, 'the fourth one');
      renameSync(`${certificate}.new`, certificate);
    },
    'a link to a link, as a secret of Kubernetes': () => {
      mkdirSync(join(folder, '..1'));
      write(join(folder, '..1/tls.crt'), 'the fifth one');
      symlinkSync('..1', join(folder, '..data'));
      rmSync(certificate);
      symlinkSync('..data/tls.crt', certificate);
    },
    'the link in the middle leads elsewhere': () => {
      mkdirSync(join(folder, '..2'));
      write(join(folder, '..2/tls.crt'), 'the sixth one');
      symlinkSync('..2', join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    const before = see();
    // Longer than the kernel's clock for files, which moves every few milliseconds.
    await sleep(20);
    assert.equal(see(), before, name);
    change();
    assert.notEqual(see(), undefined, name);
    assert.notEqual(see(), before, name);
  }
  rmSync(key);
  assert.equal(see(), undefined);
});
