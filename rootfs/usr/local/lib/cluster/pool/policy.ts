// What the pool's decisions follow: settings and plan, by the names that the schema has for them.
import { type Plan, planStop } from '../machine/plan.ts';
import type { Settings } from '../settings/read.ts';
import { stallTimeoutOf } from '../worker/worker-settings.ts';
import type { Policy } from './decide/state.ts';

export function policyOf(settings: Settings, plan: Plan): Policy {
  const { bootTimeoutMs, workerDrainTimeoutMs, maxRequests, maxWorkerMemoryBytes, maxWorkerLifetimeMs } = settings;
  return {
    slots: plan.maxWorkers,
    // The app does not start before a debugger is attached.
    bootTimeoutMs: (plan.debugger?.waits ?? 'no') === 'no' ? bootTimeoutMs : Number.POSITIVE_INFINITY,
    workerDrainTimeoutMs,
    stopTimeoutMs: planStop(settings).workersMs,
    workerStallTimeoutMs: stallTimeoutOf(settings, plan),
    // In dev mode a new version is to be seen at once.
    reloadSettleMs: settings.mode === 'development' ? 0 : settings.reloadSettleMs,
    maxRequests,
    maxWorkerMemoryBytes,
    maxWorkerLifetimeMs,
  };
}
