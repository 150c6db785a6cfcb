// The base image and the supervisor for machines that reach neither Docker Hub nor GitHub. See docs/offline.md.
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, run, step } from '../command.ts';
import { aptSources, installFromDebian, withSuite } from '../debian.ts';
import { cacheFolder, projectRoot } from '../paths.ts';

/** The official base image that the Dockerfile names. */
export const officialBase = 'node:26-trixie-slim';
const offlineBase = 'node-nginx-fastify-offline/node:26-trixie-slim';
const standIn = 'node-nginx-fastify-offline/s6-stand-in';
const here = join(projectRoot, 'tools/offline');

/** @returns the name of a local image that takes the place of node:26-trixie-slim; made where it is not there yet */
export async function offlineBaseImage(): Promise<string> {
  const node = join(projectRoot, 'node_modules/node/bin/node');
  const npm = join(projectRoot, 'node_modules/npm');
  const inputs = [
    join(here, 'base/Dockerfile'),
    join(projectRoot, 'node_modules/node/package.json'),
    join(npm, 'package.json'),
  ];
  await makeImage(offlineBase, inputs, 'base', `making ${officialBase} from Debian and npm packages`, async () => {
    const context = cacheFolder('offline-base');
    await debianTar(join(context, 'debian.tar'));
    copyFileSync(node, join(context, 'node'));
    rmSync(join(context, 'npm'), { recursive: true, force: true });
    cpSync(npm, join(context, 'npm'), { recursive: true });
    await nodeHeaders(context);
    trustWhatThisMachineTrusts(context);
    writeFileSync(join(context, 'npmrc'), `cafile=/usr/local/etc/trusted.pem\n${await registrySetting()}`);
    return ['--file', join(here, 'base/Dockerfile'), context];
  });
  return offlineBase;
}

/** @returns the name of a local image with the content of the s6-overlay stage; made where it is not there yet */
export async function s6StandIn(baseContext: readonly string[]): Promise<string> {
  const folder = join(here, 's6-stand-in');
  const files = globSync('**/*', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  await makeImage(
    standIn,
    files.map((file) => join(file.parentPath, file.name)).sort(),
    's6-overlay',
    'making the stand-in from Debian’s s6 and execline',
    async () => [...baseContext, folder],
  );
  return standIn;
}

/** Builds an image unless there is one of the same inputs. @param prepare yields the arguments of `docker buildx build` */
async function makeImage(
  name: string,
  inputs: readonly string[],
  part: string,
  doing: string,
  prepare: () => Promise<string[]>,
): Promise<void> {
  const hash = createHash('sha256');
  for (const file of inputs) hash.update(readFileSync(file));
  const wanted = hash.digest('hex');
  const label = 'node-nginx-fastify.inputs';
  const { output } = await run('docker', ['image', 'inspect', '--format', `{{index .Config.Labels "${label}"}}`, name]);
  if (output === wanted) return;
  await step(part, doing, async () => {
    const args = ['buildx', 'build', '--load', '--tag', name, '--label', `${label}=${wanted}`, ...(await prepare())];
    await mustRun('docker', args, 'The output above says which step; run the command again once that is mended.');
  });
}

/** What native modules are compiled against: the official image has it, and the package `node` has only the program. */
async function nodeHeaders(context: string): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'node_modules/node/package.json'), 'utf8'));
  const name = `node-linux-${process.arch}`;
  const remedy = 'Check that `npm view node` works on this machine.';
  await mustRun('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', context], remedy);
  const archive = join(context, `${name}-${version}.tgz`);
  rmSync(join(context, 'include'), { recursive: true, force: true });
  await mustRun(
    'tar',
    ['-xzf', archive, '-C', context, '--strip-components=1', '--exclude=*/openssl/archs', 'package/include'],
    remedy,
  );
  rmSync(archive);
}

async function debianTar(file: string): Promise<void> {
  if (existsSync(file)) return;
  if ((await run('mmdebstrap', ['--version'])).code !== 0) {
    await installFromDebian(
      ['mmdebstrap'],
      `${officialBase} cannot be pulled from a registry, and making it here needs Debian and root. Give this machine access to a registry (\`docker pull ${officialBase}\`), or run this as root on Debian.`,
    );
  }
  const sources = aptSources();
  const mirror = withSuite(sources, 'trixie').uri;
  const security = sources.find(({ uri }) => /-security\/?$/.test(uri))?.uri;
  const lines = [
    `deb ${mirror} trixie main`,
    `deb ${mirror} trixie-updates main`,
    ...(security === undefined ? [] : [`deb ${security} trixie-security main`]),
  ];
  // Node's binary needs libatomic1 and libstdc++6; the official image has them, a bare Debian has not.
  const args = ['--variant=minbase', '--include=libatomic1,libstdc++6', 'trixie', `${file}.part`, ...lines];
  await mustRun('mmdebstrap', [...args, '--format=tar'], 'Check that `apt-get update` works on this machine.');
  await mustRun('mv', [`${file}.part`, file], 'Check that the disk is not full.');
}

/** A machine behind a proxy with its own certificate authority has to be able to build here, too. */
function trustWhatThisMachineTrusts(context: string): void {
  const bundles = [process.env.NODE_EXTRA_CA_CERTS, process.env.SSL_CERT_FILE, '/etc/ssl/certs/ca-certificates.crt'];
  const bundle = bundles.find((file) => file !== undefined && existsSync(file) && statSync(file).size > 0);
  writeFileSync(join(context, 'trusted.pem'), bundle === undefined ? '' : readFileSync(bundle));
}

/** Packages come from the registry that this machine is set up for. */
async function registrySetting(): Promise<string> {
  const { code, output } = await run('npm', ['config', 'get', 'registry', '--loglevel=silent']);
  return code === 0 && output.startsWith('http') ? `registry=${output}\n` : '';
}
