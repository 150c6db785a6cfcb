// Tools of others that attack or examine a server. They run in the network of the container that they are set on, so that
// nothing of Docker is in between and nothing can be reached by mistake.
import type { TestContext } from 'node:test';
import { buildApp } from './build.ts';
import { type Container, type End, runToItsEnd } from './container.ts';

/** testssl.sh takes some minutes. */
const deadlineMs = 900_000;
const packages = ['bsdextrautils', 'nghttp2-client', 'procps', 'slowhttptest', 'testssl.sh'];

interface Options {
  /** A program of this machine, by where it is in the tools' container. */
  mounts?: Record<string, string>;
}

/** @param command one of the tools, with its arguments: the container's ports are on 127.0.0.1 */
export async function verify(
  t: TestContext,
  container: Container,
  command: string[],
  { mounts = {} }: Options = {},
): Promise<End> {
  const install = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const image = await buildApp('workshop', 'USER root', `RUN ${install}`, 'USER 1000:0');
  return runToItsEnd(t, { image, network: `container:${container.id}`, command, mounts }, deadlineMs);
}
