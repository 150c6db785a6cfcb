// Who is compared. What each is made of, and which documentation it follows, is written in contenders/NAME/Dockerfile.
import { imageName } from '../tools/image.ts';

export interface Contender {
  readonly name: string;
  /** As tables call it. */
  readonly title: string;
  /** A folder of contenders/. */
  readonly folder: string;
  /** Environment beside that of all. */
  readonly environment?: (ports: Ports) => Record<string, string>;
  /** The published image that it is made FROM, where that is not the base of all. */
  readonly from?: string;
  /** It is only measured where a case asks for it by name. */
  readonly onAskingOnly?: boolean;
}

export interface Ports {
  readonly http: number;
  readonly https: number;
  /** Whatever else it needs. */
  readonly other: number;
}

/** Where the certificate of the benchmark is mounted. */
export const certificateFolder = '/bench-tls';

const ofOurs = ({ http, https, other }: Ports) => ({
  PORT: String(http),
  // On the host's network, where every contender is, there is one port 9000.
  ADMIN_PORT: String(other),
  ...(https === 0
    ? {}
    : {
        TLS_CERTIFICATE: `${certificateFolder}/tls.crt`,
        TLS_KEY: `${certificateFolder}/tls.key`,
        TLS_PORT: String(https),
        // conformance.ts asks over HTTP, too.
        TLS_REDIRECT: 'off',
      }),
});

export const contenders: readonly Contender[] = [
  { name: 'ours', title: 'this image, Fastify', folder: 'ours', from: imageName, environment: ofOurs },
  { name: 'ours-express', title: 'this image, Express', folder: 'ours-express', from: imageName, environment: ofOurs },
  { name: 'uwsgi', title: 'nginx + uWSGI + Flask', folder: 'uwsgi' },
  { name: 'fastapi', title: 'nginx + uvicorn + FastAPI', folder: 'fastapi' },
  {
    name: 'pm2',
    title: 'nginx + pm2 + Express',
    folder: 'pm2',
    environment: () => ({ SITE: 'documented' }),
  },
  { name: 'pm2-tutorial', title: 'the same, as tutorials have it', folder: 'pm2', onAskingOnly: true },
  { name: 'tuned', title: 'nginx + Fastify, bare', folder: 'tuned' },
  {
    name: 'featured',
    title: 'nginx + Fastify, as many features',
    folder: 'tuned',
    environment: () => ({ FEATURES: 'yes' }),
  },
  { name: 'bare', title: 'Node + Fastify, no nginx', folder: 'bare' },
  { name: 'watt', title: 'Watt + Fastify, no nginx', folder: 'watt' },
  {
    name: 'ours-cached',
    title: 'this image, micro-cache',
    folder: 'ours',
    environment: (ports) => ({ ...ofOurs(ports), MICRO_CACHE: '10m' }),
    onAskingOnly: true,
  },
];
