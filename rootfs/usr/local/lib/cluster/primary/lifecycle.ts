// The start and the end of the container, as the primary takes part in them. What it tells the supervisor's scripts are files
// and FIFOs in /run/cluster (paths.ts).
import { closeSync, constants, existsSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Boot } from '../configuration/store.ts';
import { type ClusterError, errors } from '../errors.ts';
import { log } from '../log.ts';
import { findHolder, shownCommand } from '../machine/listening-processes.ts';
import type { NginxStatus } from '../nginx/nginx-status.ts';
import { run } from '../paths.ts';
import type { Pool } from '../pool/pool.ts';
import type { Settings } from '../settings/read.ts';
import { untilClientsAreIdle } from './idle-clients.ts';
import { describeStart, describeStop } from './timings.ts';

/** Without nginx the workers close connections with their next response: how long clients have for one. */
const lastResponsesMs = 100;

export class Lifecycle {
  #closingAt: number | undefined;
  #closedAt: number | undefined;
  #isStopping = false;

  /** The container has been asked to stop. */
  get isDraining(): boolean {
    return existsSync(run.draining);
  }

  /** A worker was ready at some time: the port is open. */
  get wasReady(): boolean {
    return existsSync(run.wasReady);
  }

  /**
   * Before nginx opens its ports: somebody in the container may have one already, such as a child process of the app. It
   * would answer health checks, and nginx would end without naming it.
   */
  findPortTaken({ nginx, port, tlsPort, tlsCertificate }: Settings): ClusterError | undefined {
    if (!nginx || this.wasReady) return undefined;
    const ports = { PORT: port, ...(tlsCertificate !== undefined && { TLS_PORT: tlsPort }) };
    for (const [name, number] of Object.entries(ports)) {
      const holder = findHolder(number);
      const { command, pid } = holder?.process ?? {};
      const named = command && pid ? { command: shownCommand(command), pid } : undefined;
      if (holder !== undefined) return errors.portTaken(name, number, named);
    }
    return undefined;
  }

  /** Some worker is ready: wakes the services of nginx and of the processes, which wait for that, or will see the file. */
  markReady(): void {
    writeFileSync(run.wasReady, '');
    writeFileSync(run.ready, '');
    wake(run.readyFifo);
    wake(run.processesFifo);
  }

  markNotReady(): void {
    rmSync(run.ready, { force: true });
  }

  /** Logs how long the start took, the first time. */
  logStart(boot: Boot, port: number): void {
    if (this.wasReady) return;
    log(describeStart({ ...boot, port, primaryAt: performance.timeOrigin, readyAt: Date.now() }));
  }

  /**
   * nginx is about to stop: every client's connection is closed with its next response.
   * @param askNginx for its connections; undefined: there is no nginx
   */
  async closeClients(pool: Pool, askNginx: (() => Promise<NginxStatus | undefined>) | undefined): Promise<void> {
    this.#closingAt = Date.now();
    pool.closeClients();
    await (askNginx === undefined ? sleep(lastResponsesMs) : untilClientsAreIdle(askNginx));
    this.#closedAt = Date.now();
    wake(run.closedFifo);
  }

  /** nginx has ended: so do the workers, and this process. A second call kills the workers that are left. */
  async stop(pool: Pool): Promise<void> {
    if (this.#isStopping) {
      pool.hasten();
      return;
    }
    this.#isStopping = true;
    const workersAskedAt = Date.now();
    await pool.stop();
    const askedAt = statSync(run.draining, { throwIfNoEntry: false })?.mtimeMs ?? workersAskedAt;
    const times = { askedAt, closingAt: this.#closingAt, closedAt: this.#closedAt, workersAskedAt };
    log(describeStop({ ...times, workersEndedAt: Date.now() }, pool.cut));
    process.exit(0);
  }

  /** No worker can be kept running: so the container ends. */
  async giveUp(pool: Pool, error: ClusterError): Promise<never> {
    await pool.stop();
    // Not printed here: nginx still has log lines to write, and the reason is to be the last one.
    writeFileSync(run.reason, `${error.message}\n`);
    process.exit(error.exitCode);
  }
}

/** Wakes whoever reads the FIFO; nothing happens where nobody does. */
function wake(fifo: string): void {
  try {
    const descriptor = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(descriptor, '\n');
    closeSync(descriptor);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
  }
}
