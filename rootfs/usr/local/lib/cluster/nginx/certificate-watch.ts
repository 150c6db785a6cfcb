// A certificate that is replaced while the server runs, as Let's Encrypt's is every two months, is loaded without a restart.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { every } from '../guarded.ts';
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
 * Looks every few seconds: a mounted secret of Kubernetes is a link to a link, of which no event tells. A file that cannot
 * be read is warned of once, until it can be read again; nginx keeps what it has loaded.
 * @returns ends it
 */
export function watchCertificate(options: CertificateWatch): () => void {
  const { intervalMs = 5000, logWarning } = options;
  let loaded = attempt(() => readPair(options))?.fingerprint;
  let refused: string | undefined;
  let hasFailed = false;
  let warnedAt = Date.now();

  const look = () => {
    const { fingerprint, pem } = readPair(options);
    if (fingerprint === loaded) {
      refused = undefined;
    } else if (fingerprint !== refused) {
      // What is refused will be written again: half of it may be missing.
      if (!reload(options)) {
        refused = fingerprint;
        return;
      }
      loaded = fingerprint;
      warnedAt = 0;
    }
    if (Date.now() - warnedAt < dayMs) return;
    warnedAt = Date.now();
    warnOfExpiry(options, pem);
  };

  const timer = every(intervalMs, 'the watch of the certificate', () => {
    try {
      look();
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) logWarning(`${(error as Error).message}. nginx keeps the certificate that it has loaded.`);
      hasFailed = true;
      // nginx may have refused the pair for the same reason.
      refused = undefined;
    }
  });
  timer.unref();
  return () => clearInterval(timer);
}

/** @returns whether nginx accepts the new pair @throws Error where nginx cannot be run */
function reload({ certificate, nginxConfiguration, nginxPidFile, log, logWarning }: CertificateWatch): boolean {
  const refusal = findRefusal(nginxConfiguration);
  if (refusal !== undefined) {
    logWarning(`${certificate} has changed, but nginx refuses it and keeps the old one: ${refusal.what}`);
    return false;
  }
  try {
    process.kill(readPid(nginxPidFile), 'SIGHUP');
    log(`${certificate} has changed: nginx uses the new one`);
  } catch (error) {
    // nginx starts with the new one by itself.
    logWarning(`${certificate} has changed, but nginx cannot be told (${codeOf(error)})`);
  }
  return true;
}

/** @throws Error for an empty file, which nginx is about to write: process 0 would be our own process group */
function readPid(file: string): number {
  const pid = Number(readFileSync(file, 'utf8'));
  if (!(pid > 0)) throw new Error('no process id');
  return pid;
}

function warnOfExpiry({ certificate, logWarning }: CertificateWatch, pem: string): void {
  const expiry = findExpiry(pem, new Date());
  if (expiry !== undefined) logWarning(`TLS_CERTIFICATE=${certificate} ${expiry}`);
}

interface Pair {
  /** Differs when the content of one of the files does. */
  readonly fingerprint: string;
  /** The certificate. */
  readonly pem: string;
}

/**
 * By content: whoever replaces a file may keep its modification time (`cp -p`, `rsync`, tar), and a file in the place of
 * another one may get its inode number.
 * @throws Error that names the file that cannot be read
 */
export function readPair({ certificate, key }: Pick<CertificateWatch, 'certificate' | 'key'>): Pair {
  const pem = readText(certificate);
  const fingerprint = createHash('sha256').update(pem).update('\0').update(readText(key)).digest('hex');
  return { fingerprint, pem };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read (${codeOf(error)})`);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
