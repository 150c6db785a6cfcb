// A run of the benchmark: stage by stage, case by case, round by round.
import { cpus, release, totalmem } from 'node:os';
import { Problem, run, say } from '../tools/command.ts';
import type { Case, StageName } from './cases.ts';
import type { Contender } from './contenders.ts';
import { aboutOf } from './images.ts';
import * as measures from './measures.ts';
import { type Results, type Sample, spreadOf } from './results.ts';
import type { Running, Theatre } from './stage.ts';

export interface Plan {
  readonly contenders: readonly Contender[];
  readonly cases: readonly Case[];
  readonly rounds: number;
  readonly seconds: number;
  /** Everything, at full length: worth a page. */
  readonly isComplete: boolean;
}

/**
 * A round is every case once, so that the rounds of one case lie far apart: the machine's moods of some minutes show in their
 * spread. In a case contenders take turns, each round beginning with another one.
 */
export class Run {
  readonly #plan: Plan;
  readonly #theatre: Theatre;
  readonly #samples: Sample[] = [];
  readonly #failures: { case: string; contender: string; why: string }[] = [];
  readonly #startedAt = performance.now();
  #turns = 0;

  constructor(plan: Plan, theatre: Theatre) {
    this.#plan = plan;
    this.#theatre = theatre;
  }

  async perform(stage: StageName): Promise<void> {
    const some = this.#plan.cases.filter((one) => (one.stage ?? 'one core') === stage);
    const wanted = this.#plan.contenders.filter((contender) => some.some((one) => takesPart(contender, one)));
    const admitted = new Map<string, Running>();
    if (stage !== 'nothing') {
      for (const contender of wanted) {
        const running = await this.#admit(contender, stage);
        if (running !== undefined) admitted.set(contender.name, running);
      }
    }
    const present = wanted.filter(({ name }) => stage === 'nothing' || admitted.has(name));
    // What new processes answer after a deploy is not what those before it did.
    for (const part of [some.filter((one) => !isOrdeal(one)), some.filter(isOrdeal)]) {
      for (let round = 1; round <= this.#plan.rounds; round += 1) {
        for (const one of part.filter((each) => round <= this.#roundsOf(each))) {
          await this.#takeTurns(one, present, admitted, round);
        }
      }
    }
    for (const running of admitted.values()) await running.remove();
  }

  async #takeTurns(
    one: Case,
    present: readonly Contender[],
    admitted: ReadonlyMap<string, Running>,
    round: number,
  ): Promise<void> {
    const taking = present.filter((contender) => takesPart(contender, one));
    for (const contender of rotate(taking, round - 1)) {
      await this.#turn(one, contender, admitted.get(contender.name), round);
    }
  }

  /** @returns undefined where it does not answer, or answers wrongly */
  async #admit(contender: Contender, stage: StageName): Promise<Running | undefined> {
    const running = await this.#theatre.begin(contender, stage);
    const problems = await this.#theatre.problemsOf(running).catch((error: unknown) => {
      if (error instanceof Problem) return [error.message, error.output];
      throw error;
    });
    if (problems.length === 0) {
      await running.pause();
      return running;
    }
    await running.remove();
    const why = `disqualified: ${problems.join('; ')}`;
    say('bench', `${contender.title}, ${stage}: ${why}`);
    this.#failures.push({ case: `all of “${stage}”`, contender: contender.name, why });
    return undefined;
  }

  async #turn(one: Case, contender: Contender, running: Running | undefined, round: number): Promise<void> {
    this.#turns += 1;
    try {
      await running?.unpause();
      const values = await this.#measure(one, contender, running, round);
      this.#samples.push({ case: one.name, contender: contender.name, round, values });
      this.#tell(one, contender, round, values);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#failures.push({ case: one.name, contender: contender.name, why: error.message });
      say('bench', `${one.title}, ${contender.title}: ${error.message}\n${error.output}`);
    } finally {
      await running?.pause();
    }
  }

  async #measure(
    one: Case,
    contender: Contender,
    running: Running | undefined,
    round: number,
  ): Promise<measures.Values> {
    if (one.kind === 'lifecycle') return measures.lifecycle(this.#theatre, contender);
    if (one.kind === 'memory') return measures.memory(this.#theatre, contender, one);
    if (one.kind === 'size') return measures.size(contender);
    if (running === undefined) throw new Error(`${contender.name} does not run`);
    // The first time until the code is compiled.
    const turn = { theatre: this.#theatre, running, seconds: this.#plan.seconds, warmUpSeconds: round === 1 ? 3 : 1 };
    if (one.kind === 'load') return measures.load(turn, one);
    if (one.kind === 'latency') return measures.latency(turn, this.#rate(one.rate));
    return one.kind === 'blocked' ? measures.blocked(turn) : measures.deploy(turn);
  }

  /** @returns requests a second, by what was answered to hello in this run */
  #rate({ share, of }: { share: number; of?: string }): number {
    const partial = { samples: this.#samples, rounds: this.#plan.rounds };
    const seen = this.#plan.contenders
      .filter(({ name }) => of === undefined || name === of)
      .flatMap(({ name }) => spreadOf(partial, 'hello', name, 'requestsPerSecond')?.median ?? []);
    if (seen.length === 0) throw new Problem('the rate follows from the case hello: ask for that, too (--case hello).');
    return share * Math.min(...seen);
  }

  #roundsOf(one: Case): number {
    if (one.kind === 'memory' || one.kind === 'size') return 1;
    return isOrdeal(one) ? Math.min(2, this.#plan.rounds) : this.#plan.rounds;
  }

  #tell(one: Case, contender: Contender, round: number, values: measures.Values): void {
    const all = this.#plan.cases
      .map((each) => this.#roundsOf(each) * this.#plan.contenders.filter((who) => takesPart(who, each)).length)
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
      date: new Date().toISOString().slice(0, 16),
      rounds: this.#plan.rounds,
      seconds: this.#plan.seconds,
      machine: {
        '': `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
        Linux: release(),
        Docker: await output('version', '--format={{.Server.Version}}'),
        Node: process.version,
        database: (await this.#theatre.database.exec('/var/lib/postgresql/bin/postgres', '--version')).trim(),
        load: (await output('exec', this.#theatre.load.name, 'sh', '-c', 'wrk -v 2>&1 | head -1')).split(' [')[0] ?? '',
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

function isOrdeal({ kind }: Case): boolean {
  return kind === 'blocked' || kind === 'deploy';
}

function takesPart(contender: Contender, { only }: Case): boolean {
  return only === undefined ? contender.onAskingOnly !== true : only.includes(contender.name);
}

function rotate<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
