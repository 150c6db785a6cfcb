// The contenders. contenders/FOLDER/Dockerfile says what each one is made of, and which documentation it follows.
import { imageName } from '../tools/image.ts';

export interface Contender {
  readonly name: string;
  /** The name in tables. */
  readonly title: string;
  /** A folder in contenders/. */
  readonly folder: string;
  /** Variables in addition to those of all contenders. */
  readonly environment?: (ports: Ports) => Record<string, string>;
  /** The published image it is built FROM, if that is not the base image of all. */
  readonly from?: string;
  /** It takes part only in cases that name it in `only`. */
  readonly isOptIn?: boolean;
}

export interface Ports {
  readonly http: number;
  readonly https: number;
  /** For whatever else it needs. */
  readonly other: number;
}

/** Where the benchmark's certificate is mounted. */
export const certificateFolder = '/bench-tls';

const ourEnvironment = ({ http, https, other }: Ports) => ({
  PORT: String(http),
  // All contenders are on the host's network, where only one can have port 9000.
  ADMIN_PORT: String(other),
  ...(https === 0
    ? {}
    : {
        TLS_CERTIFICATE: `${certificateFolder}/tls.crt`,
        TLS_KEY: `${certificateFolder}/tls.key`,
        TLS_PORT: String(https),
        // conformance.ts checks HTTP too.
        TLS_REDIRECT: 'off',
      }),
});

export const contenders: readonly Contender[] = [
  { name: 'ours', title: 'this image, Fastify', folder: 'ours', from: imageName, environment: ourEnvironment },
  {
    name: 'ours-express',
    title: 'this image, Express',
    folder: 'ours-express',
    from: imageName,
    environment: ourEnvironment,
  },
  { name: 'uwsgi', title: 'nginx + uWSGI + Flask', folder: 'uwsgi' },
  { name: 'fastapi', title: 'nginx + uvicorn + FastAPI', folder: 'fastapi' },
  {
    name: 'pm2',
    title: 'nginx + pm2 + Express',
    folder: 'pm2',
    environment: () => ({ SITE: 'documented' }),
  },
  { name: 'pm2-tutorial', title: 'nginx + pm2, tutorial', folder: 'pm2', isOptIn: true },
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
    environment: (ports) => ({ ...ourEnvironment(ports), MICRO_CACHE: '10m' }),
    isOptIn: true,
  },
];
