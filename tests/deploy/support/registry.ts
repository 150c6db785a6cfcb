// A registry on this machine, for the length of a test file, with everything that Docker pulls from it or pushes to it.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { mustRun, run } from '../../../tools/command.ts';
import { baseContext } from '../../../tools/image.ts';
import { image } from '../../image/support/container.ts';
import { buildDeadlineMs, deadlineSignal, defaultDeadlineMs, until, within } from '../../support/deadline.ts';

export interface Manifest {
  config: { digest: string };
  /** From the lowest to the highest. */
  layers: { digest: string; size: number }[];
}

const accepted = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
].join(', ');

interface Index {
  manifests: { digest: string; platform: { os: string; architecture: string } }[];
}

export class Registry {
  readonly #container: string;
  /** As it stands before the names of repositories: 127.0.0.1:32768. Docker needs no TLS there. */
  readonly host: string;

  constructor(container: string, host: string) {
    this.#container = container;
    this.host = host;
  }

  async tags(repository: string): Promise<string[]> {
    const response = await this.#get(`${repository}/tags/list`);
    return ((await response.json()) as { tags: string[] }).tags;
  }

  /**
   * @param reference a tag or a digest
   * @returns its digest, and the manifest: of an index, as containerd's image store pushes it, the one for this machine
   */
  async manifest(repository: string, reference: string): Promise<{ digest: string; manifest: Manifest }> {
    const text = await (await this.#get(`${repository}/manifests/${reference}`)).text();
    const digest = digestOf(Buffer.from(text));
    const found: Manifest | Index = JSON.parse(text);
    if (!('manifests' in found)) return { digest, manifest: found };
    const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
    const ours = found.manifests.find(({ platform }) => platform.architecture === architecture);
    if (ours === undefined) throw new Error(`${reference} is not for ${architecture}: ${text}`);
    return { digest, manifest: (await this.manifest(repository, ours.digest)).manifest };
  }

  async blob(repository: string, digest: string): Promise<Buffer> {
    const response = await this.#get(`${repository}/blobs/${digest}`);
    return Buffer.from(await response.arrayBuffer());
  }

  #get(path: string): Promise<Response> {
    const signal = deadlineSignal(defaultDeadlineMs, `the whole response to ${path}`);
    return fetch(`http://${this.host}/v2/${path}`, { headers: { accept: accepted }, signal });
  }

  /** Removes the names that images on this machine have from this registry, and with them images that have no other. */
  async forgetLocally(): Promise<void> {
    const format = '{{.Repository}}:{{.Tag}}@{{.Digest}}';
    const list = await mustRun('docker', ['image', 'ls', '--digests', '--format', format], 'Is dockerd running?');
    const names = list.split('\n').filter((name) => name.startsWith(`${this.host}/`));
    const references = names.map((name) => name.replace(/@<none>$/, '').replace(/:<none>@/, '@'));
    // A name without its digest, and the digest without the name, may be left of the same image.
    const each = references.flatMap((name) => [name.replace(/@.*/, ''), name.replace(/:[^:/@]+@/, '@')]);
    if (each.length > 0) await run('docker', ['image', 'rm', '--force', ...new Set(each)]);
  }

  /** Removes it, and what Docker has from it. */
  async end(): Promise<void> {
    await this.forgetLocally();
    await run('docker', ['rm', '--force', '--volumes', this.#container]);
  }
}

/** Starts one from Debian's package. Whoever calls ends it. */
export async function startRegistry(): Promise<Registry> {
  const tag = 'node-nginx-fastify-test-registry';
  const base = await baseContext(() => {});
  const folder = join(import.meta.dirname, 'registry');
  const build = mustRun(
    'docker',
    ['buildx', 'build', '--load', '--tag', tag, ...base, folder],
    'See the output above.',
  );
  await within(buildDeadlineMs, `the image ${tag}`, build);
  const options = ['--detach', '--publish', '127.0.0.1::5000', '--label', `node-nginx-fastify.test=${image}`];
  const container = await mustRun('docker', ['run', ...options, tag], 'See the output above.');
  try {
    const host = await mustRun('docker', ['port', container, '5000'], 'See the output above.');
    const look = async () => {
      const response = await fetch(`http://${host}/v2/`).catch((error: Error) => error);
      if ('ok' in response && response.ok) return 'ready';
      const { output } = await run('docker', ['logs', container]);
      return `${'ok' in response ? response.status : response}, and it printed:\n${output}`;
    };
    await until('the registry', look, (seen) => seen === 'ready', { everyMs: 100 });
    return new Registry(container, host);
  } catch (error) {
    await run('docker', ['rm', '--force', '--volumes', container]);
    throw error;
  }
}

/** @returns as registries name content: sha256:… */
export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
