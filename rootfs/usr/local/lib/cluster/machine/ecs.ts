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
const longestAnswer = 1024 ** 2;
const mebibyte = 1024 ** 2;

/**
 * @param task answer of `/task` @param container answer of the endpoint itself
 * @returns limits as far as the answers have them. A container's CPU is a share and no limit, so it does not count.
 */
export function ecsLimitsOf(task: unknown, container: unknown): EcsLimits {
  const memory = [limit(task, 'Memory'), limit(container, 'Memory')].filter((value) => value !== undefined);
  return {
    cpus: limit(task, 'CPU'),
    memoryBytes: memory.length === 0 ? undefined : Math.min(...memory) * mebibyte,
  };
}

/**
 * Asks the metadata endpoint, for one second at the most.
 * @param endpoint ECS_CONTAINER_METADATA_URI_V4, which ECS sets in every container
 * @returns undefined where nobody answers: never an error
 */
export async function askEcs(endpoint: string | undefined): Promise<EcsLimits | undefined> {
  if (endpoint === undefined) return undefined;
  const signal = AbortSignal.timeout(timeoutMs);
  const [task, container] = await Promise.all([getJson(`${endpoint}/task`, signal), getJson(endpoint, signal)]);
  return task === undefined && container === undefined ? undefined : ecsLimitsOf(task, container);
}

function getJson(url: string, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    const nothing = () => resolve(undefined);
    try {
      const request = http.get(url, { signal }, async (response) => {
        try {
          let text = '';
          for await (const chunk of response.setEncoding('utf8')) {
            text += chunk;
            if (text.length > longestAnswer) throw new Error('too long');
          }
          resolve(response.statusCode === 200 ? JSON.parse(text) : undefined);
        } catch {
          nothing();
        }
      });
      request.on('error', nothing);
    } catch {
      nothing(); // not a URL, or not one of http
    }
  });
}

function limit(answer: unknown, name: 'CPU' | 'Memory'): number | undefined {
  const value = Number((answer as { Limits?: Record<string, unknown> } | undefined)?.Limits?.[name]);
  return value > 0 && Number.isFinite(value) ? value : undefined;
}
