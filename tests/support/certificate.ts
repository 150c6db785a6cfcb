// Certificates that tests need, signed by themselves: Node can read one, but not make one. https://www.rfc-editor.org/rfc/rfc5280
import { generateKeyPairSync, sign } from 'node:crypto';

const dayMs = 24 * 60 * 60 * 1000;
const objectIds = {
  commonName: '550403',
  subjectAltName: '551d11',
  ecdsaWithSha256: '2a8648ce3d040302',
};

export interface Pair {
  /** PEM */
  readonly certificate: string;
  /** PEM */
  readonly key: string;
}

/** @param days until it ends, from now on; negative where it has ended */
export function makeCertificate(name: string, days = 365): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectId(objectIds.ecdsaWithSha256));
  const subject = sequence(tagged(0x31, sequence(objectId(objectIds.commonName), tagged(0x0c, Buffer.from(name)))));
  const names = sequence(tagged(0x82, Buffer.from(name)));
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.of(2))), // version 3
    tagged(0x02, Buffer.from(`01${Date.now().toString(16).padStart(14, '0')}`, 'hex')),
    algorithm,
    subject, // the issuer
    sequence(time(Date.now() - 400 * dayMs), time(Date.now() + days * dayMs)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(sequence(objectId(objectIds.subjectAltName), tagged(0x04, names)))),
  );
  const signature = sign('sha256', body, privateKey);
  const der = sequence(body, algorithm, tagged(0x03, Buffer.of(0), signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

function sequence(...content: Buffer[]): Buffer {
  return tagged(0x30, ...content);
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

function time(ms: number): Buffer {
  return tagged(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')}`)); // 20261124210506Z
}

/** Tag, length and value. */
function tagged(tag: number, ...content: Buffer[]): Buffer {
  const value = Buffer.concat(content);
  const { length } = value;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.of(tag, ...size), value]);
}
