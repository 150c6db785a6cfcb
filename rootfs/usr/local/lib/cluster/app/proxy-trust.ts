// Frameworks that must be told to trust the proxy in front of them are told, by the variables that they have for it. Most
// need none: inside a worker the socket itself has the client's address and protocol.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { appFolder } from '../paths.ts';
import type { Environment } from '../settings/findings.ts';
import type { Settings } from '../settings/read.ts';
import type { App } from './find.ts';

interface TrustRule {
  readonly variable: string;
  readonly value: string;
  readonly framework: string;
  /** One of these packages is installed, or named in a package.json; */
  readonly packages: readonly string[];
  /** or all files of one of these lists are beside the entry: of a build that has its packages in itself. */
  readonly builds?: readonly (readonly string[])[];
  /** Set by users who say the same in another way. */
  readonly unless: readonly string[];
  /** Why it is safe: nginx overwrites what a client sends (nginx/config/forwarded-headers.ts). */
  readonly because: string;
}

const rules: readonly TrustRule[] = [
  {
    // https://svelte.dev/docs/kit/adapter-node: without it, every URL is taken for https, and forms are refused over http.
    variable: 'PROTOCOL_HEADER',
    value: 'x-forwarded-proto',
    framework: 'SvelteKit (adapter-node)',
    packages: ['@sveltejs/adapter-node'],
    // Of version 5, and of 6.
    builds: [
      ['handler.js', 'env.js', 'shims.js'],
      ['handler.js', 'adapter-node.js'],
    ],
    unless: ['ORIGIN'],
    because: 'X-Forwarded-Proto is that of nginx',
  },
  {
    // https://angular.dev/best-practices/security#configuring-trusted-proxy-headers: each header that is not named is logged
    // and removed. X-Forwarded-Host is not there: it never arrives. Host is for NG_ALLOWED_HOSTS, which only the user knows.
    variable: 'NG_TRUST_PROXY_HEADERS',
    value: 'x-forwarded-for,x-forwarded-proto,x-forwarded-port,x-forwarded-prefix',
    framework: 'Angular SSR',
    packages: ['@angular/ssr'],
    builds: [['angular-app-engine-manifest.mjs']],
    unless: [],
    because: 'these headers are those of nginx',
  },
  {
    // https://authjs.dev/getting-started/deployment#docker. Version 4 of next-auth has another meaning of it.
    variable: 'AUTH_TRUST_HOST',
    value: 'true',
    framework: 'Auth.js',
    packages: ['@auth/core', '@auth/express', '@auth/sveltekit', 'next-auth@5'],
    unless: ['AUTH_URL', 'NEXTAUTH_URL'],
    because: 'X-Forwarded-Host never arrives, and X-Forwarded-Proto is that of nginx',
  },
  {
    // https://docs.n8n.io/hosting/configuration/environment-variables/endpoints: Express counts the proxies.
    variable: 'N8N_PROXY_HOPS',
    value: '1',
    framework: 'n8n',
    packages: ['n8n'],
    unless: [],
    because: 'X-Forwarded-For has one address, that of nginx',
  },
];

/** A variable that is set for the app. */
export type TrustedProxyVariable = Pick<TrustRule, 'variable' | 'value' | 'framework' | 'because'>;

/**
 * @param container what the user has set there, or in the app's start script, stays as it is, even to nothing
 * @param folder of the app
 * @returns what to set for the frameworks that are found; none with NGINX=off, where clients' own headers reach the app
 */
export function trustedProxyVariables(
  container: Environment,
  { nginx }: Pick<Settings, 'nginx'>,
  { entry, environment }: Pick<App, 'entry' | 'environment'>,
  folder = appFolder,
): TrustedProxyVariable[] {
  if (!nginx) return [];
  const folders = foldersFrom(folder, dirname(entry));
  return rules
    .filter(
      ({ variable, unless, packages, builds = [] }) =>
        ![variable, ...unless].some((name) => (container[name] ?? environment[name]) !== undefined) &&
        (packages.some((name) => folders.some((each) => hasPackage(each, name))) ||
          builds.some((files) => files.every((file) => existsSync(join(dirname(entry), file))))),
    )
    .map(({ variable, value, framework, because }) => ({ variable, value, framework, because }));
}

/** From the entry's folder up to the app's. */
function foldersFrom(folder: string, entryFolder: string): string[] {
  if (relative(folder, entryFolder).startsWith('..')) return [folder];
  return entryFolder === folder ? [folder] : [entryFolder, ...foldersFrom(folder, dirname(entryFolder))];
}

/** @param name of the package, with its major version where that matters: `next-auth@5` */
function hasPackage(folder: string, name: string): boolean {
  const [, bare = '', major] = /^(.+?)(?:@(\d+))?$/.exec(name) ?? [];
  const installed = readJson(join(folder, 'node_modules', bare, 'package.json'));
  const { dependencies, devDependencies } = readJson(join(folder, 'package.json')) ?? {};
  const version = installed?.version ?? { ...devDependencies, ...dependencies }[bare];
  return version !== undefined && (major === undefined || new RegExp(`^\\D*${major}\\b`).test(version));
}

interface PackageJson {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** @returns undefined where there is none, or none that can be read */
function readJson(file: string): PackageJson | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
