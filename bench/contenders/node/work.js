// What the Node apps do, whatever their framework.
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';

export const version = readFileSync(new URL('VERSION', import.meta.url), 'utf8').trim();

const document = (count) => ({
  items: Array.from({ length: count }, (_, id) => ({
    id,
    name: `Item number ${id}`,
    price: id * 1.25,
    tags: ['red', 'green', 'blue'],
    description: 'An item like any other, with a text of some length.',
  })),
});
export const document10k = document(70);
export const document200k = document(1400);

// 32 connections at most in each process, as of all asynchronous contenders. The named queries below are node-postgres'
// prepared statements: https://node-postgres.com/features/queries#prepared-statements
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 32 });
// An idle connection that breaks is replaced at the next query; without a listener it would end the process.
pool.on('error', () => {});

let closing;
/** Its idle connections would keep the process from ending for 10 s. */
export const close = () => {
  closing ??= pool.end();
  return closing;
};

/** `away` is the same database a millisecond away, as over a network. */
const statements = {
  near: {
    world: { name: 'world', text: 'SELECT id, randomnumber FROM world WHERE id = $1' },
    fortunes: { name: 'fortunes', text: 'SELECT id, message FROM fortune' },
  },
  away: {
    world: {
      name: 'world-away',
      text: 'SELECT id, randomnumber FROM world CROSS JOIN pg_sleep(0.001) WHERE id = $1',
    },
    fortunes: { name: 'fortunes-away', text: 'SELECT id, message FROM fortune CROSS JOIN pg_sleep(0.001)' },
  },
};

/** @param place `near` or `away` */
export async function world(place) {
  const id = 1 + Math.floor(Math.random() * 10_000);
  const { rows } = await pool.query({ ...statements[place].world, values: [id] });
  return { id: rows[0].id, randomNumber: rows[0].randomnumber };
}

/** 20 of them, one after the other. */
export async function worlds(place) {
  const found = [];
  for (let count = 0; count < 20; count += 1) found.push(await world(place));
  return found;
}

export async function fortunes(place) {
  const { rows } = await pool.query(statements[place].fortunes);
  const all = [...rows, { id: 0, message: 'Additional fortune added at request time.' }];
  return all.sort((a, b) => (a.message < b.message ? -1 : 1));
}

export async function wait() {
  await setTimeout(20);
  return { waited: 20 };
}

/** Computes for 2 ms: by the clock, since the kernel counts what process.threadCpuUsage() tells in ticks of 4 ms. */
export function compute() {
  const end = performance.now() + 2;
  let sum = 0;
  while (performance.now() < end) {
    for (let step = 0; step < 5000; step += 1) sum = (sum * 31 + step) % 1_000_003;
  }
  return { computed: 2 };
}

/** Holds up this process for so long, whatever else it has to do. */
export function block(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
