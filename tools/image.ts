// Builds the image: from the registries where they answer, else with the offline kit in the place of what is missing.
import { mustRun, run, say, step } from './command.ts';
import { officialBase, offlineBaseImage, s6StandIn } from './offline/base.ts';
import { projectRoot } from './paths.ts';

export const imageName = 'node-nginx-fastify:26';

const s6OverlayProbe =
  'https://github.com/just-containers/s6-overlay/releases/download/v3.2.3.2/s6-overlay-noarch.tar.xz';

export async function buildImage(): Promise<void> {
  const base = await baseContext();
  const contexts = [...base, ...(await s6OverlayContext(base))];
  await step('image', `building ${imageName}`, () =>
    mustRun(
      'docker',
      ['buildx', 'build', '--load', '--tag', imageName, ...contexts, projectRoot],
      'The output above says which line of the Dockerfile.',
    ),
  );
}

/**
 * @param tell hears which base it is
 * @returns arguments for `docker buildx build` that put another image in the place of the official one, if need be
 */
export async function baseContext(tell = (text: string) => say('base', text)): Promise<string[]> {
  const isHere = (await run('docker', ['image', 'inspect', officialBase])).code === 0;
  if (isHere || (await run('docker', ['pull', '--quiet', officialBase], { timeoutMs: 300_000 })).code === 0) {
    tell(`${officialBase}, ${isHere ? 'already pulled' : 'pulled from its registry'}`);
    return [];
  }
  tell(`${officialBase} cannot be pulled: the offline kit takes its place`);
  return ['--build-context', `${officialBase}=docker-image://${await offlineBaseImage()}`];
}

/** @returns arguments that put the stand-in in the place of s6-overlay's release, if that cannot be downloaded */
export async function s6OverlayContext(base: readonly string[]): Promise<string[]> {
  try {
    const response = await fetch(s6OverlayProbe, { method: 'HEAD', signal: AbortSignal.timeout(15_000) });
    if (response.ok) {
      say('s6-overlay', 'downloaded from its release');
      return [];
    }
  } catch {
    // as good as not there
  }
  say('s6-overlay', 'its release cannot be downloaded: the offline kit’s stand-in takes its place');
  return ['--build-context', `s6-overlay=docker-image://${await s6StandIn(base)}`];
}
