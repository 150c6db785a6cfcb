// Checks a certificate and its key, before nginx does with the messages of OpenSSL.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { counted } from '../log.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Let's Encrypt renews 30 days before the end: a certificate this close to it was not renewed. */
const warnDays = 14;

/** @param certificate PEM @param key PEM @returns which of the two is wrong, and how; undefined where they are a pair */
export function findProblemOfPair(
  certificate: string,
  key: string,
): { readonly of: 'certificate' | 'key'; readonly what: string } | undefined {
  const parsed = attempt(() => new X509Certificate(certificate));
  if (parsed === undefined)
    return { of: 'certificate', what: 'is no certificate in PEM (-----BEGIN CERTIFICATE-----)' };
  const privateKey = attempt(() => createPrivateKey(key));
  if (privateKey === undefined) {
    return {
      of: 'key',
      what: key.includes('ENCRYPTED')
        ? 'needs a passphrase, which nobody could type here: decrypt it with `openssl pkey`'
        : 'is no private key in PEM (-----BEGIN PRIVATE KEY-----)',
    };
  }
  return parsed.checkPrivateKey(privateKey) ? undefined : { of: 'key', what: 'is not the key of that certificate' };
}

/**
 * @param certificate PEM, of which the first one counts
 * @returns a warning if it has expired or will soon, else undefined
 */
export function findExpiry(certificate: string, now: Date): string | undefined {
  const end = attempt(() => new X509Certificate(certificate).validToDate);
  if (end === undefined) return undefined;
  const days = Math.floor((end.getTime() - now.getTime()) / dayMs);
  const date = end.toISOString().slice(0, 10);
  if (end <= now) return `ended on ${date}: browsers refuse it. Replace the file; it is loaded without a restart.`;
  return days < warnDays ? `ends in ${counted(days, 'day')}, on ${date}. Renew it.` : undefined;
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
