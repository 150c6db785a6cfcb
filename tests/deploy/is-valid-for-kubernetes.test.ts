// The files of deploy/kubernetes are what the API takes, and fit each other and the image.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSettings } from '../../rootfs/usr/local/lib/cluster/settings/read.ts';
import { run } from '../../tools/command.ts';
import { installPythonTools } from '../../tools/python.ts';
import {
  type ContainerSpec,
  type Deployment,
  folder,
  type Labels,
  manifest,
  type Probe,
} from './support/kubernetes.ts';

const { spec } = manifest<Deployment>('deployment.yaml');
const pod = spec.template.spec;
const container = pod.containers[0] as ContainerSpec;
/** What the image makes of the environment in the manifest. @throws where something is wrong with it */
const { settings, warnings } = readSettings(Object.fromEntries(container.env.map(({ name, value }) => [name, value])));

const service = manifest<{ spec: { selector: Labels; ports: { name: string; targetPort: string }[] } }>('service.yaml');
const budget = manifest<{ spec: { selector: { matchLabels: Labels }; maxUnavailable: number } }>(
  'pod-disruption-budget.yaml',
);
const autoscaler = manifest<{
  spec: { scaleTargetRef: { kind: string; name: string }; minReplicas: number; maxReplicas: number };
}>('horizontal-pod-autoscaler.yaml');
const kustomization = manifest<{ resources: string[]; images: { name: string }[] }>('kustomization.yaml');

/** The oldest that has all fields, and the newest whose schemas there are. */
for (const version of ['1.31.0', '1.37.0']) {
  test(`is what the API of Kubernetes ${version} takes, and nothing else`, async () => {
    const validate = join(await installPythonTools('deploy'), 'kubernetes-validate');
    const files = readdirSync(folder).filter((file) => file !== 'kustomization.yaml');
    const paths = files.map((file) => join(folder, file));
    const { code, output } = await run(validate, ['--strict', '--kubernetes-version', version, ...paths], {
      timeoutMs: 120_000,
    });
    assert.equal(code, 0, output);
    assert.equal(output.match(/ passed for resource /g)?.length, files.length, output);
  });
}

test('`kubectl apply -k` has every file but the ingress, and sets the image', () => {
  const files = readdirSync(folder).filter((file) => file !== 'kustomization.yaml' && file !== 'ingress.yaml');
  assert.deepEqual([...kustomization.resources].sort(), files.sort());
  assert.deepEqual(
    kustomization.images.map(({ name }) => name),
    [container.image],
  );
});

test('the pod is stopped by nobody but itself', () => {
  assert.deepEqual(warnings, []);
  const { drainDelayMs, stopTimeoutMs } = settings;
  // Whoever looks at readiness alone has noticed, too, before the port is closed.
  assert.ok(longestSeconds(container.readinessProbe) * 1000 < drainDelayMs, 'readiness fails within DRAIN_DELAY');
  assert.ok(drainDelayMs + 20_000 <= stopTimeoutMs, 'requests get 20 s');
  assert.ok(stopTimeoutMs + 4_000 <= pod.terminationGracePeriodSeconds * 1000, 'kubelet waits for STOP_TIMEOUT');
});

test('an app that does not start in time ends the container before kubelet does, and the rollout after it', () => {
  const startupSeconds = longestSeconds(container.startupProbe);
  assert.ok(settings.bootTimeoutMs < startupSeconds * 1000, 'BOOT_TIMEOUT is over first');
  assert.ok(startupSeconds < spec.progressDeadlineSeconds);
});

test('ports are those that the image opens, and all names lead somewhere', () => {
  const ports = Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]));
  assert.deepEqual(ports, { http: settings.port, admin: settings.adminPort });
  for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
    assert.equal(probe.httpGet.port, 'admin');
  }
  assert.deepEqual(
    service.spec.ports.map(({ targetPort }) => targetPort),
    ['http'],
  );
  const ingress = JSON.stringify(manifest('ingress.yaml'));
  assert.match(ingress, /"service":\{"name":"app","port":\{"name":"http"\}\}/);
  const deployment = manifest<{ kind: string; metadata: { name: string } }>('deployment.yaml');
  const { kind, name } = autoscaler.spec.scaleTargetRef;
  assert.deepEqual({ kind, name }, { kind: deployment.kind, name: deployment.metadata.name });
});

test('every selector selects the pod', () => {
  const { labels } = spec.template.metadata;
  const selectors = [
    spec.selector.matchLabels,
    service.spec.selector,
    budget.spec.selector.matchLabels,
    ...pod.topologySpreadConstraints.map(({ labelSelector }) => labelSelector.matchLabels),
  ];
  for (const selector of selectors) {
    assert.ok(Object.keys(selector).length > 0);
    for (const [name, value] of Object.entries(selector)) assert.equal(labels[name], value);
  }
});

test('updates take no pod away before there is another, nodes can be drained, one pod is never all', () => {
  const { maxUnavailable, maxSurge } = spec.strategy.rollingUpdate;
  assert.equal(maxUnavailable, 0);
  assert.ok(maxSurge >= 1);
  assert.ok(budget.spec.maxUnavailable >= 1, 'a drain is not blocked');
  const { minReplicas, maxReplicas } = autoscaler.spec;
  assert.ok(budget.spec.maxUnavailable < minReplicas && minReplicas < maxReplicas);
  assert.equal(spec.replicas, undefined, 'the autoscaler has the say');
});

test('keeps the "restricted" Pod Security Standard, and asks for no user of its own', () => {
  // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
  assert.deepEqual(pod.securityContext, { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  assert.deepEqual(container.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  assert.ok(pod.volumes.length > 0 && pod.volumes.every((volume) => Object.keys(volume).join() === 'name,emptyDir'));
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC', 'initContainers']) assert.ok(!(key in pod), key);
  // Of another Service called "admin" it would make ADMIN_PORT=tcp://…, and of that a wrong setting.
  assert.equal(pod.enableServiceLinks, false);
  assert.equal(pod.automountServiceAccountToken, false);
});

/** How long a probe may fail before something follows from it. */
function longestSeconds({ periodSeconds, failureThreshold }: Probe): number {
  return periodSeconds * failureThreshold;
}
