// npm run bench:lifecycle: how long it takes until the first answer, and until an idle container has stopped, against
// `docker run` of a bare Node server, in one run. Contenders take turns; the image is what `npm run build` made, or IMAGE.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun, Problem, run, runTool, say } from '../tools/command.ts';
import { ensureEngine } from '../tools/engine.ts';
import { imageName } from '../tools/image.ts';
import { median } from './statistics.ts';
import { publish } from './support.ts';

const image = process.env.IMAGE ?? imageName;
const rounds = process.argv.includes('--quick') ? 3 : 15;
const port = 18_082;

const hello =
  "import fastify from 'fastify';\nconst app = fastify();\napp.get('/', async () => ({ hello: 'world' }));\n";
const programs = {
  'main.mjs': `${hello}await app.listen({ port: Number(process.env.PORT) });\n`,
  // As a careful author writes it: process 1 gets no signal that it does not handle.
  'bare.mjs': `${hello}process.on('SIGTERM', () => app.close());\nawait app.listen({ port: 8080, host: '0.0.0.0' });\n`,
};

await runTool(async () => {
  await ensureEngine();
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const app = join(folder, 'app');
  mkdirSync(app, { mode: 0o755 });
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(app, name), text);
  const contenders: Record<string, string[]> = {
    'this image': [`--volume=${app}:/app:ro`, '--env=WORKERS=1', image],
    'bare Node': [`--volume=${app}:/app:ro`, '--entrypoint=node', image, '/app/bare.mjs'],
  };
  const samples: Record<string, { startMs: number; stopMs: number }[]> = {};
  try {
    for (let round = 1; round <= rounds; round += 1) {
      for (const [name, args] of Object.entries(contenders)) {
        const sample = await startAndStop(args);
        samples[name] = [...(samples[name] ?? []), sample];
        say(
          'bench',
          `round ${round} of ${rounds}, ${name}: start ${sample.startMs.toFixed(0)} ms, stop ${sample.stopMs.toFixed(0)} ms`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const of = (name: string, what: 'startMs' | 'stopMs') => median((samples[name] ?? []).map((sample) => sample[what]));
  publish({
    name: 'lifecycle',
    title: 'Start and stop',
    isPartial: false,
    rounds,
    columns: ['', 'this image', 'bare Node', 'ratio'],
    rows: [
      ['`docker run` until the first 200', 'startMs'] as const,
      ['`docker stop` when idle', 'stopMs'] as const,
    ].map(([what, key]) => {
      const [ours, bare] = [of('this image', key), of('bare Node', key)];
      return [what, `${ours.toFixed(0)} ms`, `${bare.toFixed(0)} ms`, (ours / bare).toFixed(2)];
    }),
  });
  return 0;
});

async function startAndStop(args: string[]): Promise<{ startMs: number; stopMs: number }> {
  const name = 'node-nginx-fastify-bench-lifecycle';
  await run('docker', ['rm', '--force', name]);
  const startedAt = performance.now();
  await mustRun(
    'docker',
    ['run', '--detach', `--name=${name}`, `--publish=127.0.0.1:${port}:8080`, ...args],
    'See above.',
  );
  try {
    const startMs = (await firstAnswer()) - startedAt;
    await sleep(1000);
    const stoppedAt = performance.now();
    await mustRun('docker', ['stop', name], 'See above.');
    const stopMs = performance.now() - stoppedAt;
    const exitCode = await mustRun('docker', ['inspect', '--format={{.State.ExitCode}}', name], 'See above.');
    if (exitCode !== '0') throw new Problem(`it ended with ${exitCode}.`);
    return { startMs, stopMs };
  } finally {
    await run('docker', ['rm', '--force', name]);
  }
}

async function firstAnswer(): Promise<number> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(5)) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } }).catch(
      () => undefined,
    );
    if (answer?.ok) return performance.now();
  }
  throw new Problem('no answer within 30 s.');
}
