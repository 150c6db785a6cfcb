// Results as a page, as a summary and as a plot. Pure.
import type { TopLevelSpec } from 'vega-lite';
import type { Goal } from './goals.ts';
import { goals } from './goals.ts';
import { errorsOf, judge, type Results, ratioOf, spreadOf, type Verdict } from './results.ts';
import type { Spread } from './statistics.ts';

/** The page of a run, in Markdown. @param plot file name of the plot */
export function page(results: Results, plot?: string): string {
  const { machine, contenders, rounds, seconds, date } = results;
  const contenderList = Object.values(contenders).map(({ title, about }) => `- **${title}**: ${about}`);
  const machineParts = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
  return `${[
    '# Benchmark results',
    `\`npm run bench\` finished ${date.slice(0, 16).replace('T', ' ')} UTC. ${machineParts.join('; ').trim()}. ${rounds} rounds of ${seconds} s; contenders take turns. Medians, with the lowest and the highest round in brackets. One core for the contender, another one for the load generator and the database. Every response is checked.`,
    ...(plot === undefined ? [] : [`![Requests per second](${plot})`]),
    '## Goals',
    table(
      ['goal', 'target', 'result', ''],
      goals.map((goal) => goalRow(results, judge(results, goal))),
    ),
    '## Requests per second, relative to others',
    'This image with Fastify / the other contender: above 1, this image is faster. †: the core of the load generator and the database was the limit; compare CPU time below instead. “errors”: the share of requests that failed; not compared.',
    comparison(results, 'requestsPerSecond'),
    '## Requests per CPU second, relative to others',
    'CPU time of all processes in the container. Above 1, this image needs less.',
    comparison(results, 'requestsPerCpuSecond'),
    '## Requests per second',
    absolute(results, 'requestsPerSecond', (value) => Math.round(value).toLocaleString('en')),
    '## CPU time per request, in microseconds',
    absolute(results, 'cpuUsPerRequest', (value) => value.toFixed(value < 100 ? 1 : 0)),
    '## Latency at a fixed rate, in ms: p50 / p99 / p99.9',
    'Corrected for coordinated omission.',
    latencies(results),
    '## Disruptions',
    'At 500 requests/s: failed requests; then p99 / maximum latency in ms.',
    disruptions(results),
    '## Start, stop, memory, size',
    containers(results),
    ...(results.failures.length === 0
      ? []
      : [
          '## Not measured',
          results.failures
            .map((failure) => `- ${titleOf(results, failure.contender)}, ${failure.case}: ${failure.why}`)
            .join('\n'),
        ]),
    '## Contenders',
    contenderList.join('\n'),
  ].join('\n\n')}\n`;
}

/** For the terminal: all values of a run, one line per case and contender. */
export function summary(results: Results): string {
  const lines = results.cases.flatMap(({ name, title }) => [
    `${title}:`,
    ...Object.keys(results.contenders).flatMap((contender) => {
      const first = results.samples.find((sample) => sample.case === name && sample.contender === contender);
      if (first === undefined) return [];
      const errors = errorsOf(results, name, contender);
      const values = Object.keys(first.values)
        .filter((value) => !['wrongShare', 'failedShare', 'rate'].includes(value))
        .flatMap((value) => {
          const spread = spreadOf(results, name, contender, value);
          return spread === undefined ? [] : [`${value} ${brief(spread.median)}`];
        });
      const ratio = ratioOf(results, name, 'ours', contender, 'requestsPerSecond');
      return [
        `  ${titleOf(results, contender).padEnd(34)} ${errors > 0 ? `${percent(errors)} errors` : values.join(', ')}${ratio === undefined || contender === 'ours' ? '' : `  (ours ×${ratio.median.toFixed(2)})`}`,
      ];
    }),
  ]);
  const failures = results.failures.map(
    ({ contender, case: name, why }) => `not measured: ${contender}, ${name}: ${why}`,
  );
  return `${[...lines, ...failures].join('\n')}\n`;
}

/** The headline cases as bars with the spread of their rounds, for Vega-Lite. */
export function plot(results: Results): TopLevelSpec {
  const names = ['hello', 'fortunes', 'fortunes-away', 'wait'];
  const values = results.cases
    .filter(({ name }) => names.includes(name))
    .flatMap(({ name, title }) =>
      Object.keys(results.contenders).flatMap((contender) => {
        const spread = spreadOf(results, name, contender, 'requestsPerSecond');
        return spread === undefined ? [] : [{ case: title, contender: titleOf(results, contender), ...spread }];
      }),
    );
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'Requests per second on one core, 64 connections',
    background: 'white',
    data: { values },
    facet: { field: 'case', type: 'nominal', title: null, sort: names },
    columns: 2,
    spec: {
      width: 260,
      height: { step: 18 },
      encoding: {
        y: {
          field: 'contender',
          type: 'nominal',
          title: null,
          sort: Object.values(results.contenders).map(({ title }) => title),
        },
      },
      layer: [
        {
          mark: 'bar',
          encoding: {
            x: { field: 'median', type: 'quantitative', title: null },
            color: {
              condition: { test: "indexof(datum.contender, 'this image') === 0", value: '#2f6f4f' },
              value: '#b8bfc6',
            },
          },
        },
        { mark: 'rule', encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } } },
      ],
    },
    resolve: { scale: { x: 'independent' } },
  };
}

function goalRow(results: Results, { goal, measured, isMet }: Verdict): string[] {
  const against = goal.against === undefined ? '' : ` / ${titleOf(results, goal.against)}`;
  const target = goal.atLeast === undefined ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
  const what = `${caseTitle(results, goal)}: ${goal.what}, ${titleOf(results, goal.contender)}${against}`;
  return [
    what,
    target,
    measured === undefined ? '–' : withSpread(measured),
    measured === undefined ? 'not measured' : isMet ? 'met' : '**missed**',
  ];
}

function comparison(results: Results, value: 'requestsPerSecond' | 'requestsPerCpuSecond'): string {
  const others = Object.keys(results.contenders).filter((name) => !['ours', 'ours-cached'].includes(name));
  return table(
    ['', ...others.map((name) => titleOf(results, name))],
    loads(results).map(({ name, title }) => [
      title,
      ...others.map((other) => {
        const own = spreadOf(results, name, 'ours', value) === undefined ? 'ours-cached' : 'ours';
        const errors = errorsOf(results, name, other);
        if (errors > 0) return `${percent(errors)} errors`;
        const ratio = ratioOf(results, name, own, other, value);
        return ratio === undefined
          ? '–'
          : `${ratio.median.toFixed(2)}${value === 'requestsPerSecond' ? mark(results, name, other) : ''}`;
      }),
    ]),
  );
}

/** @returns a mark if one of the two was limited by the load generator, not by itself */
function mark(results: Results, caseName: string, other: string): string {
  const busy = ['ours', other].map((name) => spreadOf(results, caseName, name, 'loadCoreBusy')?.median ?? 0);
  return Math.max(...busy) > 0.95 ? ' †' : '';
}

function absolute(results: Results, value: string, format: (value: number) => string): string {
  const names = Object.keys(results.contenders);
  return table(
    ['', ...names.map((name) => titleOf(results, name))],
    loads(results).map(({ name, title }) => [
      title,
      ...names.map((contender) => {
        const errors = errorsOf(results, name, contender);
        if (errors > 0) return `${percent(errors)} errors`;
        const spread = spreadOf(results, name, contender, value);
        return spread === undefined ? '–' : `${format(spread.median)} (${format(spread.low)}–${format(spread.high)})`;
      }),
    ]),
  );
}

function latencies(results: Results): string {
  return perContender(results, 'latency', (name, contender) => {
    const [p50, p99, p999] = ['p50Ms', 'p99Ms', 'p999Ms'].map(
      (value) => spreadOf(results, name, contender, value)?.median,
    );
    const rate = spreadOf(results, name, contender, 'rate')?.median;
    if (p50 === undefined || p99 === undefined || p999 === undefined || rate === undefined) return '–';
    return `${p50.toFixed(2)} / ${p99.toFixed(2)} / ${p999.toFixed(2)} at ${Math.round(rate).toLocaleString('en')}/s`;
  });
}

function disruptions(results: Results): string {
  return perContender(results, 'deploy blocked', (name, contender) => {
    const [failed, p99, max] = ['failed', 'p99Ms', 'maxMs'].map((value) => spreadOf(results, name, contender, value));
    if (failed === undefined || p99 === undefined || max === undefined) return '–';
    return `${brief(failed.median)} (${brief(failed.low)}–${brief(failed.high)}); ${brief(p99.median)} / ${brief(max.median)}`;
  });
}

function containers(results: Results): string {
  const columns: [title: string, caseName: string, value: string][] = [
    ['start, ms', 'lifecycle', 'startMs'],
    ['stop, ms', 'lifecycle', 'stopMs'],
    ['idle memory, MB', 'memory', 'idleMB'],
    ['idle memory on two cores, MB', 'memory-2', 'idleMB'],
    ['image, MB', 'size', 'imageMB'],
    ['without base, MB', 'size', 'overBaseMB'],
    ['without base, compressed, MB', 'size', 'overBaseCompressedMB'],
    ['without base and app, compressed, MB', 'size', 'withoutAppCompressedMB'],
  ];
  return table(
    ['', ...columns.map(([title]) => title)],
    Object.keys(results.contenders).map((contender) => [
      titleOf(results, contender),
      ...columns.map(([, name, value]) => {
        const spread = spreadOf(results, name, contender, value);
        return spread === undefined ? '–' : brief(spread.median);
      }),
    ]),
  );
}

function perContender(results: Results, kinds: string, cell: (caseName: string, contender: string) => string): string {
  const chosen = results.cases.filter(({ kind }) => kinds.split(' ').includes(kind));
  return table(
    ['', ...chosen.map(({ title }) => title)],
    Object.keys(results.contenders).map((contender) => [
      titleOf(results, contender),
      ...chosen.map(({ name }) => cell(name, contender)),
    ]),
  );
}

function loads(results: Results) {
  return results.cases.filter(({ kind }) => kind === 'load');
}

function titleOf(results: Results, contender: string): string {
  return results.contenders[contender]?.title ?? contender;
}

function caseTitle(results: Results, goal: Goal): string {
  return results.cases.find(({ name }) => name === goal.case)?.title ?? goal.case;
}

/** `5.31 (5.02–5.60)` */
export function withSpread({ median, low, high }: Spread): string {
  return `${brief(median)} (${brief(low)}–${brief(high)})`;
}

function brief(value: number): string {
  if (value === 0) return '0';
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}

function percent(share: number): string {
  return share < 0.01 ? '< 1 %' : `${Math.round(Math.min(1, share) * 100)} %`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
