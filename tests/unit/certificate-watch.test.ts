// A certificate that changes while the server runs: which changes are seen, and what a file that cannot be read does.
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readPair, watchCertificate } from '../../rootfs/usr/local/lib/cluster/nginx/certificate-watch.ts';
import { makeCertificate } from '../support/certificate.ts';

const intervalMs = 5000;
const deadlineMs = 5000;
const nobody = 65_534;

test('every way of replacing a certificate is seen, and nothing else', (t) => {
  const { folder, certificate, key } = makeFolder(t);
  const past = new Date('2026-01-01T00:00:00Z');
  const write = (path: string, content: string) => {
    writeFileSync(path, content);
    utimesSync(path, past, past);
  };
  const see = () => readPair({ certificate, key }).fingerprint;
  write(certificate, 'the first one');
  write(key, 'its key');

  const changes: Record<string, () => void> = {
    'written in place, of the same length and date': () => write(certificate, 'the other one'),
    'the key alone': () => write(key, 'new key'),
    'the end of the certificate is the beginning of the key': () => {
      write(certificate, 'the other onene');
      write(key, 'w key');
    },
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
    change();
    assert.notEqual(see(), before, name);
  }
  const before = see();
  utimesSync(certificate, new Date(), new Date());
  chmodSync(key, 0o400);
  assert.equal(see(), before);
});

const outages: Record<string, { code: string; make: (certificate: string) => void }> = {
  'is gone': { code: 'ENOENT', make: rmSync },
  'may not be read': {
    code: 'EACCES',
    make: (certificate) => {
      chmodSync(certificate, 0);
      // Root may read everything.
      if (process.geteuid?.() === 0) process.seteuid?.(nobody);
    },
  },
  'is a folder': {
    code: 'EISDIR',
    make: (certificate) => {
      rmSync(certificate);
      mkdirSync(certificate);
    },
  },
  'is a link to itself': {
    code: 'ELOOP',
    make: (certificate) => {
      rmSync(certificate);
      symlinkSync(certificate, certificate);
    },
  },
  'is on a disk that fails': {
    code: 'EIO',
    make: (certificate) => {
      rmSync(certificate);
      // Its first page is nobody's: to read it is an error of input and output.
      symlinkSync('/proc/self/mem', certificate);
    },
  },
};
for (const [name, { code, make }] of Object.entries(outages)) {
  test(`a certificate that ${name} for a moment is warned of once; the new one is loaded when it is back`, async (t) => {
    const becomeOurselves = () => process.seteuid?.(process.getuid?.() ?? 0);
    t.after(becomeOurselves);
    const watched = watch(t);
    make(watched.certificate);
    for (let looks = 0; looks < 5; looks += 1) t.mock.timers.tick(intervalMs);
    assert.deepEqual(watched.lines, [
      `warning: ${watched.certificate} cannot be read (${code}). nginx keeps the certificate that it has loaded.`,
    ]);

    becomeOurselves();
    rmSync(watched.certificate, { recursive: true, force: true });
    writeFileSync(watched.certificate, makeCertificate('new').certificate);
    const reloaded = watched.reloaded();
    t.mock.timers.tick(intervalMs);
    await reloaded;
    assert.deepEqual(watched.lines.slice(1), [`${watched.certificate} has changed: nginx uses the new one`]);
  });
}

test('a certificate that comes back as it was is not loaded again, and the next outage is warned of, too', (t) => {
  const watched = watch(t);
  const away = `${watched.certificate}.away`;
  for (let outage = 1; outage <= 2; outage += 1) {
    renameSync(watched.certificate, away);
    t.mock.timers.tick(intervalMs);
    renameSync(away, watched.certificate);
    t.mock.timers.tick(intervalMs);
    assert.equal(watched.lines.length, outage);
    assert.match(watched.lines.at(-1) ?? '', /^warning: .* cannot be read \(ENOENT\)/);
  }
});

test('a pair that nginx refuses is warned of once, and tried again when it changes or was away', async (t) => {
  const watched = watch(t);
  watched.makeNginxRefuse(true);
  writeFileSync(watched.certificate, 'half of a cert');
  for (let looks = 0; looks < 3; looks += 1) t.mock.timers.tick(intervalMs);
  assert.equal(watched.lines.length, 1, watched.lines.join('\n'));
  assert.match(
    watched.lines[0] ?? '',
    /^warning: .* has changed, but nginx refuses it and keeps the old one: cannot load/,
  );

  const away = `${watched.key}.away`;
  renameSync(watched.key, away);
  t.mock.timers.tick(intervalMs);
  renameSync(away, watched.key);
  watched.makeNginxRefuse(false);
  const reloaded = watched.reloaded();
  t.mock.timers.tick(intervalMs);
  await reloaded;
  assert.match(watched.lines.at(-1) ?? '', /uses the new one$/);
});

test('where nginx cannot be run or told, the primary goes on', (t) => {
  const watched = watch(t);
  watched.makeNginxRefuse(undefined);
  writeFileSync(watched.certificate, makeCertificate('new').certificate);
  for (let looks = 0; looks < 3; looks += 1) t.mock.timers.tick(intervalMs);
  assert.equal(watched.lines.length, 1, watched.lines.join('\n'));
  assert.match(watched.lines[0] ?? '', /^warning: .*nginx ENOENT/);

  watched.makeNginxRefuse(false);
  for (const [content, reason] of [
    ['', 'no process id'],
    ['4194305\n', 'ESRCH'],
    [undefined, 'ENOENT'],
  ] as const) {
    if (content === undefined) rmSync(watched.pidFile);
    else writeFileSync(watched.pidFile, content);
    writeFileSync(watched.certificate, makeCertificate(reason).certificate);
    t.mock.timers.tick(intervalMs);
    assert.equal(
      watched.lines.at(-1),
      `warning: ${watched.certificate} has changed, but nginx cannot be told (${reason})`,
    );
  }
});

test('a certificate that is about to end is warned of once a day', (t) => {
  const halfDay = 12 * 60 * 60 * 1000;
  const watched = watch(t, { first: makeCertificate('ending', 10).certificate, everyMs: halfDay });
  t.mock.timers.tick(halfDay);
  assert.deepEqual(watched.lines, []);
  for (let days = 1; days <= 3; days += 1) {
    t.mock.timers.tick(2 * halfDay);
    assert.equal(watched.lines.length, days);
    assert.match(watched.lines.at(-1) ?? '', /^warning: TLS_CERTIFICATE=.* ends in \d days/);
  }
});

function makeFolder(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  // Also for another user.
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true }));
  return { folder, certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
}

/** Watches a pair, by a mocked clock. This process gets the signals that nginx would get. */
function watch(t: TestContext, { first = makeCertificate('first').certificate, everyMs = intervalMs } = {}) {
  const { folder, certificate, key } = makeFolder(t);
  const pidFile = join(folder, 'nginx.pid');
  const nginx = join(folder, 'nginx');
  writeFileSync(certificate, first);
  writeFileSync(key, 'key');
  writeFileSync(pidFile, `${process.pid}\n`);

  /** @param refuses undefined: there is no nginx */
  const makeNginxRefuse = (refuses: boolean | undefined) => {
    if (refuses === undefined) return rmSync(nginx);
    const answer = refuses ? "echo 'nginx: [emerg] cannot load certificate' >&2; exit 1" : 'exit 0';
    writeFileSync(nginx, `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
  };
  makeNginxRefuse(false);
  const path = process.env.PATH;
  process.env.PATH = folder;
  t.after(() => {
    process.env.PATH = path;
  });

  const hangups = new EventEmitter();
  const onHangup = () => hangups.emit('reload');
  process.on('SIGHUP', onHangup);
  t.after(() => process.off('SIGHUP', onHangup));

  const lines: string[] = [];
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.now() });
  const end = watchCertificate({
    certificate,
    key,
    nginxConfiguration: join(folder, 'nginx.conf'),
    nginxPidFile: pidFile,
    log: (text) => lines.push(text),
    logWarning: (text) => lines.push(`warning: ${text}`),
    intervalMs: everyMs,
  });
  t.after(end);
  return {
    certificate,
    key,
    pidFile,
    lines,
    makeNginxRefuse,
    reloaded: () => once(hangups, 'reload', { signal: AbortSignal.timeout(deadlineMs) }),
  };
}
