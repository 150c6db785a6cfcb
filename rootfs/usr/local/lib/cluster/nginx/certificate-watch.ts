// A certificate that is replaced while the server runs, as Let's Encrypt's is every two months, is loaded without a restart.
import { readFileSync, statSync } from 'node:fs';
import { findExpiry } from '../settings/certificate.ts';
import { findRefusal } from './check.ts';

export interface CertificateWatch {
  /** Paths of the two files. */
  readonly certificate: string;
  readonly key: string;
  /** nginx's configuration, which is checked with the new files before they are used. */
  readonly nginxConfiguration: string;
  /** Where nginx's process id is. */
  readonly nginxPidFile: string;
  readonly log: (text: string) => void;
  readonly logWarning: (text: string) => void;
  readonly intervalMs?: number;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Looks every few seconds: a mounted secret of Kubernetes is a link to a link, of which no event tells.
 * @returns ends it
 */
export function watchCertificate(options: CertificateWatch): () => void {
  const { certificate, key, intervalMs = 5000 } = options;
  let known = fingerprint([certificate, key]);
  let warnedAt = Date.now();
  const timer = setInterval(() => {
    const found = fingerprint([certificate, key]);
    // Both are there: one that was only just removed is about to be replaced.
    if (found !== undefined && found !== known) {
      known = found;
      reload(options);
    }
    if (Date.now() - warnedAt >= dayMs) {
      warnedAt = Date.now();
      warnOfExpiry(options);
    }
  }, intervalMs).unref();
  return () => clearInterval(timer);
}

/** The old files stay in force where nginx refuses the new ones: they will be written again, or half of them is missing. */
function reload(options: CertificateWatch): void {
  const { certificate, nginxConfiguration, nginxPidFile, log, logWarning } = options;
  const refusal = findRefusal(nginxConfiguration);
  if (refusal !== undefined) {
    logWarning(`${certificate} has changed, but nginx refuses it and keeps the old one: ${refusal.what}`);
    return;
  }
  try {
    process.kill(Number(readFileSync(nginxPidFile, 'utf8')), 'SIGHUP');
    log(`${certificate} has changed: nginx uses the new one`);
  } catch (error) {
    // nginx starts with the new one by itself.
    logWarning(`${certificate} has changed, but nginx cannot be told (${(error as NodeJS.ErrnoException).code})`);
  }
  warnOfExpiry(options);
}

function warnOfExpiry({ certificate, logWarning }: CertificateWatch): void {
  const expiry = findExpiry(readFileSync(certificate, 'utf8'), new Date());
  if (expiry !== undefined) logWarning(`TLS_CERTIFICATE=${certificate} ${expiry}`);
}

/**
 * By the time of the inode's last change: whoever copies a file may keep its modification time (`cp -p`, `rsync`, a tar
 * archive, which knows whole seconds only), and a file in the place of another one may get its inode number.
 * @returns differs when one of the files does, behind all links; undefined where one is not there
 */
export function fingerprint(paths: readonly string[]): string | undefined {
  const stats = paths.map((path) => statSync(path, { throwIfNoEntry: false }));
  return stats.includes(undefined) ? undefined : stats.map((stat) => `${stat?.ino}:${stat?.ctimeMs}`).join();
}
