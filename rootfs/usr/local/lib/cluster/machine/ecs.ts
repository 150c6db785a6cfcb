// What an ECS task may use. On Fargate with limits for the task only, no control group of the container knows them.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
import http from '../lean-http.ts';

export interface EcsLimits {
  /** vCPUs of the task. */
  readonly cpus: number | undefined;
  /** The smaller of the container's limit and the task's. */
  readonly memoryBytes: number | undefined;
}

const timeoutMs = 1000;
const maxResponseLength = 1024 ** 2;
const mebibyte = 1024 ** 2;

/**
 * @param task response of `/task` @param container response of the endpoint itself
 * @returns the limits that the responses have. A container's CPU is a share and no limit, so it does not count.
 */
export function parseEcsLimits(task: unknown, container: unknown): EcsLimits {
  const memory = [limitOf(task, 'Memory'), limitOf(container, 'Memory')].filter((value) => value !== undefined);
  return {
    cpus: limitOf(task, 'CPU'),
    memoryBytes: memory.length === 0 ? undefined : Math.min(...memory) * mebibyte,
  };
}

/**
 * Requests the limits from the metadata endpoint; takes one second at most.
 * @param endpoint ECS_CONTAINER_METADATA_URI_V4, which ECS sets in every container
 * @returns undefined without a response: never an error
 */
export async function fetchEcsLimits(endpoint: string | undefined): Promise<EcsLimits | undefined> {
  if (endpoint === undefined) return undefined;
  const signal = AbortSignal.timeout(timeoutMs);
  const [task, container] = await Promise.all([getJson(`${endpoint}/task`, signal), getJson(endpoint, signal)]);
  return task === undefined && container === undefined ? undefined : parseEcsLimits(task, container);
}

function getJson(url: string, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    const giveUp = () => resolve(undefined);
    try {
      const request = http.get(url, { signal }, async (response) => {
        try {
          let text = '';
          for await (const chunk of response.setEncoding('utf8')) {
            text += chunk;
            if (text.length > maxResponseLength) throw new Error('too long');
          }
          resolve(response.statusCode === 200 ? JSON.parse(text) : undefined);
        } catch {
          giveUp();
        }
      });
      request.on('error', giveUp);
    } catch {
      giveUp(); // not a URL, or not one of http
    }
  });
}

function limitOf(response: unknown, name: 'CPU' | 'Memory'): number | undefined {
  const value = Number((response as { Limits?: Record<string, unknown> } | undefined)?.Limits?.[name]);
  return value > 0 && Number.isFinite(value) ? value : undefined;
}
