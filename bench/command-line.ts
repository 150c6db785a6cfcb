// The command line of `npm run bench`. Pure.
import { parseArgs } from 'node:util';
import { Problem } from '../tools/command.ts';
import { cases } from './cases.ts';
import { contenders } from './contenders.ts';
import { bounds } from './guard.ts';
import type { Plan } from './run.ts';

export const usage = `npm run bench                              everything, 75 minutes; writes bench/results/bench.md and bench.svg
npm run bench -- --seconds 3               the same, with 3 s of load per measurement instead of 1 s
npm run bench -- --quick                   everything with two rounds; printed only
npm run bench -- --case hello --peer pm2   some cases, some contenders; printed only
npm run bench -- --guard                   exits with 1 if this image is slower than a hand-written nginx and Node
npm run bench -- --compare A B             do two runs agree within their spread?

Every run writes its raw results to bench/raw, which git ignores. A and B are names of files there, or paths.
`;

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'compare'; readonly runs: readonly [string, string] }
  | { readonly kind: 'run'; readonly plan: Plan; readonly isGuard: boolean };

/** @param args what follows `npm run bench --`  @throws Problem that lists the valid options or names */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parseArguments([...args]);
  if (values.help) return { kind: 'help' };
  if (values.compare) {
    const [a, b] = positionals;
    if (a === undefined || b === undefined || positionals.length > 2) {
      throw new Problem('--compare takes two runs: npm run bench -- --compare A B, names in bench/raw or paths.');
    }
    return { kind: 'compare', runs: [a, b] };
  }
  if (positionals.length > 0) throw new Problem(`${positionals.join(' ')}: write --case NAME or --peer NAME.`);
  const caseNames = values.guard ? bounds.map((bound) => bound.case) : values.case;
  const peers = values.guard ? bounds.map((bound) => bound.against) : values.peer;
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 60) {
    throw new Problem(`--seconds ${values.seconds} is not a whole number of seconds between 1 and 60.`);
  }
  return { kind: 'run', plan: planOf(caseNames, peers, values.quick, seconds), isGuard: values.guard };
}

function parseArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        case: { type: 'string', multiple: true, default: [] },
        peer: { type: 'string', multiple: true, default: [] },
        seconds: { type: 'string', default: '1' },
        quick: { type: 'boolean', default: false },
        guard: { type: 'boolean', default: false },
        compare: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Problem(
      `${(error as Error).message} Options: --case, --peer, --seconds, --quick, --guard, --compare, --help.`,
    );
  }
}

function planOf(caseNames: readonly string[], peers: readonly string[], isQuick: boolean, seconds: number): Plan {
  const known = { case: cases.map(({ name }) => name), peer: contenders.map(({ name }) => name) };
  for (const [what, names] of [
    ['case', caseNames],
    ['peer', peers],
  ] as const) {
    const unknown = names.find((name) => !known[what].includes(name));
    if (unknown !== undefined) throw new Problem(`no ${what} is called ${unknown}. Names: ${known[what].join(', ')}`);
  }
  const isPart = caseNames.length + peers.length > 0;
  const chosenCases = cases.filter(({ name }) => caseNames.length === 0 || caseNames.includes(name));
  const optedIn = new Set(chosenCases.flatMap(({ only = [] }) => only));
  return {
    contenders: contenders.filter(({ name, isOptIn = false }) => {
      if (isOptIn && !optedIn.has(name)) return false;
      return peers.length === 0 || peers.includes(name) || name === 'ours' || name === 'ours-cached';
    }),
    cases: chosenCases,
    // Two series of equal values have disjoint ranges by chance: one time in 10 with three rounds each, one in 126 with five.
    rounds: isQuick ? 2 : 5,
    seconds,
    isComplete: !isPart && !isQuick,
  };
}
