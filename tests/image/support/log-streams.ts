// A container's log by stream. Docker may put a part of a long line of the one between lines of the other.
import { getContainerRuntimeClient } from 'testcontainers';
import type { Container } from './container.ts';

/** @returns what a container that has ended has printed */
export async function logStreams({ id }: Container): Promise<{ out: string; err: string }> {
  const container = (await getContainerRuntimeClient()).container.getById(id);
  return {
    out: withoutFrames(await container.logs({ stdout: true })),
    err: withoutFrames(await container.logs({ stderr: true })),
  };
}

/** https://docs.docker.com/reference/api/engine/version/v1.45/#tag/Container/operation/ContainerAttach: Stream format */
function withoutFrames(frames: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at < frames.length; at += 8 + frames.readUInt32BE(at + 4)) {
    parts.push(frames.subarray(at + 8, at + 8 + frames.readUInt32BE(at + 4)));
  }
  return Buffer.concat(parts).toString();
}
