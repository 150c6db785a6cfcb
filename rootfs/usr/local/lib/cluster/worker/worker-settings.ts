// What every worker of a container is told: settings that take effect in the worker's process, by the names that the schema
// has for them where the value is the setting's own.
import type { LogSettings } from '../log.ts';
import type { Plan } from '../machine/plan.ts';
import { prefixOf } from '../settings/base-path.ts';
import type { Settings } from '../settings/read.ts';

export interface WorkerSettings extends LogSettings {
  /** The port that the app is told in PORT. */
  readonly port: number;
  /** The port on which the app's own server is expected. */
  readonly appPort: number;
  /** 0: none. */
  readonly adminPort: number;
  /** Connections come from nginx; else they are clients' own. */
  readonly isBehindNginx: boolean;
  /** nginx caches responses that allow it. */
  readonly isCached: boolean;
  /** What requests' URLs begin with that the app does not see; '' for nothing. */
  readonly basePath: string;
  /**
   * URL paths whose requests nginx cannot send a second time, since it does not keep their bodies, or not as it did the first
   * time; undefined: no request can.
   */
  readonly nonReplayablePaths: readonly string[] | undefined;
  /** Looks for state in memory that other workers do not have. */
  readonly hasHints: boolean;
  /** 0: the event loop is not watched. */
  readonly workerStallTimeoutMs: number;
  /** How often a worker reports. */
  readonly reportEveryMs: number;
}

/** @param ownLocationPaths what the user's own locations of nginx are for, which may pass requests on in another way; undefined: unknown */
export function workerSettingsOf(
  settings: Settings,
  plan: Plan,
  ownLocationPaths: readonly string[] | undefined,
): WorkerSettings {
  const { port, appPort = port, adminPort, logLevel, logFormat, nginx, microCacheBytes, streamedUploads } = settings;
  const basePath = prefixOf(settings);
  const workerStallTimeoutMs = stallTimeoutOf(settings, plan);
  return {
    port,
    appPort,
    adminPort,
    logLevel,
    logFormat,
    isBehindNginx: nginx,
    isCached: microCacheBytes > 0,
    basePath,
    nonReplayablePaths:
      ownLocationPaths === undefined || !nginx
        ? undefined
        : [...streamedUploads.map((path) => basePath + path), ...ownLocationPaths],
    hasHints: settings.workerHints && plan.maxWorkers > 1,
    workerStallTimeoutMs,
    reportEveryMs: reportIntervalOf(workerStallTimeoutMs),
  };
}

/** None in dev mode and where NODE_OPTIONS asks for a debugger, which stops the event loop. */
export function stallTimeoutOf({ mode, workerStallTimeoutMs }: Settings, plan: Pick<Plan, 'debugger'>): number {
  return mode === 'development' || plan.debugger !== undefined ? 0 : workerStallTimeoutMs;
}

/** So often that several reports fit into the time after which a silent worker counts as stalled. @returns ms */
export function reportIntervalOf(workerStallTimeoutMs: number): number {
  return workerStallTimeoutMs === 0 ? 1000 : Math.min(1000, Math.max(50, Math.round(workerStallTimeoutMs / 5)));
}
