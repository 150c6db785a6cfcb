// What every worker of a container is told: settings that take effect in the worker's process, by the names that the schema
// has for them where the value is the setting's own.
import type { LogSettings } from '../log.ts';
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
  /** URL paths whose requests nginx cannot send a second time, since it does not keep their bodies; undefined: no request can. */
  readonly nonReplayablePaths: readonly string[] | undefined;
  /** 0: the event loop is not watched. */
  readonly workerStallTimeoutMs: number;
  /** How often a worker reports. */
  readonly reportEveryMs: number;
}

/** @param hasOwnNginxConfiguration the user's own nginx.conf, which has no location for a request that is sent again */
export function workerSettingsOf(settings: Settings, hasOwnNginxConfiguration: boolean): WorkerSettings {
  const { port, appPort = port, adminPort, logLevel, logFormat, nginx, microCacheBytes, streamedUploads } = settings;
  const basePath = prefixOf(settings);
  const workerStallTimeoutMs = stallTimeoutOf(settings);
  return {
    port,
    appPort,
    adminPort,
    logLevel,
    logFormat,
    isBehindNginx: nginx,
    isCached: microCacheBytes > 0,
    basePath,
    nonReplayablePaths: hasOwnNginxConfiguration || !nginx ? undefined : streamedUploads.map((path) => basePath + path),
    workerStallTimeoutMs,
    reportEveryMs: reportIntervalOf(workerStallTimeoutMs),
  };
}

/** Not in dev mode, where a debugger stops the event loop. */
export function stallTimeoutOf({ mode, workerStallTimeoutMs }: Settings): number {
  return mode === 'development' ? 0 : workerStallTimeoutMs;
}

/** So often that several reports fit into the time after which a silent worker counts as stalled. @returns ms */
export function reportIntervalOf(workerStallTimeoutMs: number): number {
  return workerStallTimeoutMs === 0 ? 1000 : Math.min(1000, Math.max(50, Math.round(workerStallTimeoutMs / 5)));
}
