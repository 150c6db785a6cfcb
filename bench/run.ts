// A run of the benchmark: setup by setup, round by round, case by case.
import { cpus, release, totalmem } from 'node:os';
import { Problem, run, say } from '../tools/command.ts';
import type { Case, Setup } from './cases.ts';
import type { Contender } from './contenders.ts';
import { aboutOf } from './images.ts';
import * as measures from './measures.ts';
import { type Results, type Sample, spreadOf } from './results.ts';
import type { Container, Testbed } from './testbed.ts';

export interface Plan {
  readonly contenders: readonly Contender[];
  readonly cases: readonly Case[];
  readonly rounds: number;
  readonly seconds: number;
  /** All cases and contenders with all rounds: the results are published. */
  readonly isComplete: boolean;
}

/**
 * A round runs every case once, so minutes pass between two rounds of one case, and slow drifts of the machine's speed show in
 * the spread. Within a case the contenders take turns; each round starts with another contender.
 */
export class Run {
  readonly #plan: Plan;
  readonly #testbed: Testbed;
  readonly #samples: Sample[] = [];
  readonly #failures: { case: string; contender: string; why: string }[] = [];
  readonly #startedAt = performance.now();
  #turns = 0;

  constructor(plan: Plan, testbed: Testbed) {
    this.#plan = plan;
    this.#testbed = testbed;
  }

  /** Measures all cases of a setup. */
  async measureAll(setup: Setup): Promise<void> {
    const cases = this.#plan.cases.filter((each) => (each.setup ?? 'one core') === setup);
    const wanted = this.#plan.contenders.filter((contender) => cases.some((each) => takesPart(contender, each)));
    const isShared = setup !== 'own containers';
    const containers = new Map<string, Container>();
    for (const contender of isShared ? wanted : []) {
      const container = await this.#start(contender, setup);
      if (container !== undefined) containers.set(contender.name, container);
    }
    const present = wanted.filter(({ name }) => !isShared || containers.has(name));
    // Disruptions come last: a deploy starts new processes, which are not the ones that the other cases measured.
    for (const part of [cases.filter((each) => !isDisruption(each)), cases.filter(isDisruption)]) {
      for (let round = 1; round <= this.#plan.rounds; round += 1) {
        for (const each of part.filter((one) => round <= this.#roundsOf(one))) {
          await this.#takeTurns(each, present, containers, round);
        }
      }
    }
    for (const container of containers.values()) await container.remove();
  }

  async #takeTurns(
    one: Case,
    present: readonly Contender[],
    containers: ReadonlyMap<string, Container>,
    round: number,
  ): Promise<void> {
    const taking = present.filter((contender) => takesPart(contender, one));
    for (const contender of rotate(taking, round - 1)) {
      await this.#turn(one, contender, containers.get(contender.name), round);
    }
  }

  /** @returns undefined if it does not become ready, or if a response is wrong */
  async #start(contender: Contender, setup: Setup): Promise<Container | undefined> {
    const container = await this.#testbed.start(contender, setup);
    const problems = await this.#testbed.problemsOf(container).catch((error: unknown) => {
      if (error instanceof Problem) return [error.message, error.output];
      throw error;
    });
    if (problems.length === 0) {
      await container.pause();
      return container;
    }
    await container.remove();
    const why = `disqualified: ${problems.join('; ')}`;
    say('bench', `${contender.title}, ${setup}: ${why}`);
    this.#failures.push({ case: `all cases of “${setup}”`, contender: contender.name, why });
    return undefined;
  }

  async #turn(one: Case, contender: Contender, container: Container | undefined, round: number): Promise<void> {
    this.#turns += 1;
    try {
      await container?.unpause();
      const values = await this.#measure(one, contender, container, round);
      this.#samples.push({ case: one.name, contender: contender.name, round, values });
      this.#logProgress(one, contender, round, values);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#failures.push({ case: one.name, contender: contender.name, why: error.message });
      say('bench', `${one.title}, ${contender.title}: ${error.message}\n${error.output}`);
    } finally {
      await container?.pause();
    }
  }

  async #measure(
    one: Case,
    contender: Contender,
    container: Container | undefined,
    round: number,
  ): Promise<measures.Values> {
    if (one.kind === 'lifecycle') return measures.lifecycle(this.#testbed, contender);
    if (one.kind === 'memory') return measures.memory(this.#testbed, contender, one);
    if (one.kind === 'size') return measures.size(contender);
    if (container === undefined) throw new Error(`${contender.name} is not running`);
    // In the first round the JIT compiler has not compiled the code yet.
    const warmUpSeconds = round === 1 ? 3 : 1;
    const turn = { testbed: this.#testbed, container, seconds: this.#plan.seconds, warmUpSeconds };
    if (one.kind === 'load') return measures.load(turn, one);
    if (one.kind === 'latency') return measures.latency(turn, this.#rate(one.rate));
    return one.kind === 'blocked' ? measures.blocked(turn) : measures.deploy(turn);
  }

  /** @returns requests per second, from the case hello of this run */
  #rate({ share, of }: { share: number; of?: string }): number {
    const partial = { samples: this.#samples, rounds: this.#plan.rounds };
    const throughputs = this.#plan.contenders
      .filter(({ name }) => of === undefined || name === of)
      .flatMap(({ name }) => spreadOf(partial, 'hello', name, 'requestsPerSecond')?.median ?? []);
    if (throughputs.length === 0) throw new Problem('the rate depends on the case hello: add --case hello.');
    return share * Math.min(...throughputs);
  }

  #roundsOf(one: Case): number {
    if (one.kind === 'memory' || one.kind === 'size') return 1;
    return isDisruption(one) ? Math.min(2, this.#plan.rounds) : this.#plan.rounds;
  }

  #logProgress(one: Case, contender: Contender, round: number, values: measures.Values): void {
    const all = this.#plan.cases
      .map((each) => this.#roundsOf(each) * this.#plan.contenders.filter((other) => takesPart(other, each)).length)
      .reduce((sum, turns) => sum + turns, 0);
    const minutes = (performance.now() - this.#startedAt) / 60_000;
    const left = `${Math.round((100 * this.#turns) / all)} %, ${Math.ceil((minutes / this.#turns) * (all - this.#turns))} min left`;
    const what = Object.entries(values)
      .filter(([, value]) => value !== 0)
      .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
      .join(', ');
    say('bench', `[${left}] ${one.title}, round ${round}, ${contender.title}: ${what}`);
  }

  async results(): Promise<Results> {
    const output = async (...command: string[]) => (await run('docker', command)).output.split('\n')[0] ?? '';
    return {
      date: new Date().toISOString().slice(0, 19),
      rounds: this.#plan.rounds,
      seconds: this.#plan.seconds,
      machine: {
        '': `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
        Linux: release(),
        Docker: await output('version', '--format={{.Server.Version}}'),
        Node: process.version,
        database: (await this.#testbed.database.exec('/var/lib/postgresql/bin/postgres', '--version')).trim(),
        load: (await output('exec', this.#testbed.load.name, 'sh', '-c', 'wrk -v 2>&1 | head -1')).split(' [')[0] ?? '',
      },
      contenders: Object.fromEntries(
        this.#plan.contenders.map(({ name, title, folder }) => [name, { title, about: aboutOf(folder) }]),
      ),
      cases: this.#plan.cases.map(({ name, title, kind }) => ({ name, title, kind })),
      samples: this.#samples,
      failures: this.#failures,
    };
  }
}

function isDisruption({ kind }: Case): boolean {
  return kind === 'blocked' || kind === 'deploy';
}

function takesPart(contender: Contender, { only }: Case): boolean {
  return only === undefined ? contender.isOptIn !== true : only.includes(contender.name);
}

function rotate<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
