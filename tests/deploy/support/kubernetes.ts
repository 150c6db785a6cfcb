// deploy/kubernetes, read as the API would, and its pod as kubelet would run it, in Docker: user, volumes, rights, limits,
// environment, probes and stop are those of the manifest. What it does not know how to do makes it fail.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { mustRun, run } from '../../../tools/command.ts';
import { projectRoot } from '../../../tools/paths.ts';
import { image } from '../../image/support/container.ts';
import { dockerDeadlineMs, until, within } from '../../support/deadline.ts';

export const folder = join(projectRoot, 'deploy/kubernetes');

/** A file of deploy/kubernetes. */
export function manifest<T>(name: string): T {
  return parse(readFileSync(join(folder, name), 'utf8')) as T;
}

export interface Labels {
  readonly [name: string]: string;
}

export interface Deployment {
  readonly spec: {
    readonly replicas?: number;
    readonly selector: { readonly matchLabels: Labels };
    readonly strategy: { readonly rollingUpdate: { readonly maxUnavailable: number; readonly maxSurge: number } };
    readonly progressDeadlineSeconds: number;
    readonly template: { readonly metadata: { readonly labels: Labels }; readonly spec: PodSpec };
  };
}

export interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly enableServiceLinks: boolean;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: { readonly runAsNonRoot: boolean; readonly seccompProfile: { readonly type: string } };
  readonly topologySpreadConstraints: readonly { readonly labelSelector: { readonly matchLabels: Labels } }[];
  readonly containers: readonly ContainerSpec[];
  readonly volumes: readonly { readonly name: string; readonly emptyDir: { readonly sizeLimit: string } }[];
}

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly resources: { readonly requests: Resources; readonly limits: Resources };
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly securityContext: {
    readonly allowPrivilegeEscalation: boolean;
    readonly readOnlyRootFilesystem: boolean;
    readonly capabilities: { readonly drop: readonly string[] };
  };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface Resources {
  readonly cpu: string;
  readonly memory: string;
}

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

/** What a cluster's admission puts into the pod. */
export interface Admission {
  /** runAsUser, as OpenShift chooses it; the group is then 0. */
  readonly user?: number;
  readonly fsGroup?: number;
}

/** A pod as it runs. */
export class Pod {
  readonly id: string;
  readonly spec: PodSpec;
  readonly container: ContainerSpec;

  constructor(id: string, spec: PodSpec, container: ContainerSpec) {
    this.id = id;
    this.spec = spec;
    this.container = container;
  }

  /** Where the app is, as the Service would ask it. */
  url(path: string): string {
    return `http://127.0.0.1:${this.#port('http')}${path}`;
  }

  /** One probe, as kubelet asks it. @returns the status, and 0 without an answer in time */
  async probe({ httpGet, timeoutSeconds }: Probe): Promise<number> {
    const url = `http://127.0.0.1:${this.#port(httpGet.port)}${httpGet.path}`;
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    const answer = await fetch(url, { headers: { connection: 'close' }, signal }).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status ?? 0;
  }

  /**
   * Asks a probe again and again, as kubelet does.
   * @returns true when it has succeeded once, false when it has failed so often as the manifest allows
   */
  async succeeds(probe: Probe): Promise<boolean> {
    for (let failures = 0; failures < probe.failureThreshold; await sleep(probe.periodSeconds * 1000)) {
      if (isSuccess(await this.probe(probe))) return true;
      failures += 1;
    }
    return false;
  }

  /** Resolves when a probe has failed so often in a row that kubelet takes it for true. */
  async fails(probe: Probe): Promise<void> {
    let failures = 0;
    const look = async () => {
      failures = isSuccess(await this.probe(probe)) ? 0 : failures + 1;
      return failures;
    };
    await until(`${probe.failureThreshold} failures in a row`, look, (count) => count === probe.failureThreshold, {
      withinMs: this.spec.terminationGracePeriodSeconds * 1000,
      everyMs: probe.periodSeconds * 1000,
    });
  }

  /** Startup first, then readiness: the pod gets traffic from now on. */
  async ready(): Promise<this> {
    for (const probe of [this.container.startupProbe, this.container.readinessProbe]) {
      if (!(await this.succeeds(probe))) {
        throw new Error(`${probe.httpGet.path} has failed ${probe.failureThreshold} times:\n${await this.logs()}`);
      }
    }
    return this;
  }

  /** SIGTERM, and SIGKILL after terminationGracePeriodSeconds. @returns the exit code, 137 where that was too short */
  async terminate(): Promise<number> {
    await docker('stop', '--time', String(this.spec.terminationGracePeriodSeconds), this.id);
    return Number(await docker('inspect', '--format', '{{.State.ExitCode}}', this.id));
  }

  exec(...command: string[]): Promise<string> {
    return docker('exec', this.id, ...command);
  }

  logs(): Promise<string> {
    return docker('logs', this.id);
  }

  /** Where a port that the manifest names is published. */
  #port(name: string): number {
    const port = this.container.ports.find((each) => each.name === name)?.containerPort;
    const options = { encoding: 'utf8', timeout: dockerDeadlineMs } as const;
    const published = execFileSync('docker', ['port', this.id, `${port}/tcp`], options);
    return Number(/:(\d+)$/m.exec(published)?.[1]);
  }
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 400;
}

/**
 * Runs the pod of the Deployment.
 * @param app its image
 * @param environment more variables than the manifest's
 */
export async function runPod(
  t: TestContext,
  app: string,
  { user, fsGroup }: Admission = {},
  environment: Record<string, string> = {},
): Promise<Pod> {
  const pod = manifest<Deployment>('deployment.yaml').spec.template.spec;
  const [container, ...others] = pod.containers;
  if (container === undefined || others.length > 0) throw new Error('a pod of one container is expected');
  refuseUnknown(pod, container);
  const { resources, securityContext } = container;
  const cpus = Math.min(Number(resources.limits.cpu), availableParallelism());
  const created: { container?: string; volumes: Map<string, string> } = { volumes: new Map() };
  t.after(async () => {
    if (created.container !== undefined) await run('docker', ['rm', '--force', created.container]);
    for (const volume of created.volumes.values()) await run('docker', ['volume', 'rm', volume]);
  });
  for (const { name } of pod.volumes) {
    const volume = await docker('volume', 'create', '--label', `node-nginx-fastify.test=${image}`);
    created.volumes.set(name, volume);
    await makeEmptyDir(volume, fsGroup);
  }
  created.container = await docker(
    'create',
    ...['--label', `node-nginx-fastify.test=${image}`],
    ...container.ports.flatMap(({ containerPort }) => ['--publish', `127.0.0.1::${containerPort}`]),
    ...container.env.flatMap(({ name, value }) => ['--env', `${name}=${value}`]),
    ...Object.entries({ ...kubeletEnvironment, ...environment }).flatMap(([name, value]) => [
      '--env',
      `${name}=${value}`,
    ]),
    ...(user === undefined ? [] : ['--user', `${user}:0`]),
    ...(fsGroup === undefined ? [] : ['--group-add', String(fsGroup)]),
    ...(securityContext.readOnlyRootFilesystem ? ['--read-only'] : []),
    ...(securityContext.allowPrivilegeEscalation ? [] : ['--security-opt', 'no-new-privileges']),
    ...securityContext.capabilities.drop.flatMap((name) => ['--cap-drop', name]),
    ...['--cpus', String(cpus), '--cpu-shares', String(Number(resources.requests.cpu) * 1024)],
    ...['--memory', String(bytes(resources.limits.memory)), '--memory-swap', String(bytes(resources.limits.memory))],
    ...container.volumeMounts.flatMap(({ name, mountPath }) => [
      '--mount',
      `type=volume,src=${created.volumes.get(name)},dst=${mountPath},volume-nocopy`,
    ]),
    app,
  );
  await docker('start', created.container);
  return new Pod(created.container, pod, container);
}

/** Volumes of a run that was killed. */
export async function removeLeftVolumes(): Promise<void> {
  await docker('volume', 'prune', '--all', '--force', '--filter', `label=node-nginx-fastify.test=${image}`);
}

/** Whatever is asked for in enableServiceLinks, these are set. */
const kubeletEnvironment = {
  KUBERNETES_SERVICE_HOST: '10.96.0.1',
  KUBERNETES_SERVICE_PORT: '443',
  KUBERNETES_SERVICE_PORT_HTTPS: '443',
  KUBERNETES_PORT: 'tcp://10.96.0.1:443',
  KUBERNETES_PORT_443_TCP: 'tcp://10.96.0.1:443',
  KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
  KUBERNETES_PORT_443_TCP_PORT: '443',
  KUBERNETES_PORT_443_TCP_ADDR: '10.96.0.1',
};

/** As kubelet makes one: it is root's, and everybody may write; with fsGroup it is the group's, with the setgid bit. */
async function makeEmptyDir(volume: string, fsGroup: number | undefined): Promise<void> {
  const rights = fsGroup === undefined ? 'chmod 0777 /volume' : `chgrp ${fsGroup} /volume && chmod 2777 /volume`;
  const mount = `type=volume,src=${volume},dst=/volume,volume-nocopy`;
  await docker('run', '--rm', '--user', '0:0', '--mount', mount, '--entrypoint', 'sh', image, '-c', rights);
}

/** What is in the manifest and not done here would be a promise that nothing keeps. */
function refuseUnknown(pod: PodSpec, container: ContainerSpec): void {
  const podKeys = 'terminationGracePeriodSeconds enableServiceLinks automountServiceAccountToken securityContext';
  const containerKeys = 'name image ports env resources startupProbe readinessProbe livenessProbe securityContext';
  const known: [object, string][] = [
    [pod, `${podKeys} topologySpreadConstraints containers volumes`],
    [pod.securityContext, 'runAsNonRoot seccompProfile'],
    [container, `${containerKeys} volumeMounts`],
    [container.securityContext, 'allowPrivilegeEscalation readOnlyRootFilesystem capabilities'],
    [container.securityContext.capabilities, 'drop'],
    [container.resources, 'requests limits'],
    ...container.env.map((variable): [object, string] => [variable, 'name value']),
    ...container.volumeMounts.map((mount): [object, string] => [mount, 'name mountPath']),
    ...[container.startupProbe, container.readinessProbe, container.livenessProbe].flatMap(
      (probe): [object, string][] => [
        [probe, 'httpGet periodSeconds timeoutSeconds failureThreshold'],
        [probe.httpGet, 'path port'],
      ],
    ),
    ...pod.volumes.flatMap((volume): [object, string][] => [
      [volume, 'name emptyDir'],
      [volume.emptyDir, 'sizeLimit'],
    ]),
  ];
  for (const [object, keys] of known) {
    const unknown = Object.keys(object).filter((key) => !keys.split(' ').includes(key));
    if (unknown.length > 0) throw new Error(`tests/deploy/support/kubernetes.ts does not know ${unknown.join(', ')}`);
  }
  // Docker's own profile is what container runtimes have as theirs.
  if (pod.securityContext.seccompProfile.type !== 'RuntimeDefault') throw new Error('another seccomp profile');
}

/** @param quantity as Kubernetes writes it: 512Mi, 1Gi */
export function bytes(quantity: string): number {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity) ?? [];
  if (number === undefined) throw new Error(`not a quantity that is known here: ${quantity}`);
  return Number(number) * 1024 ** (unit === 'Mi' ? 2 : 3);
}

function docker(...args: string[]): Promise<string> {
  // `docker stop` waits for as long as the pod may take.
  return within(3 * dockerDeadlineMs, `docker ${args.join(' ')}`, mustRun('docker', args, 'Is dockerd running?'));
}
