// npm run test:image: an engine, the image (unless IMAGE names one), and the tests, which leave no container behind.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { ensureBrowser } from './browser.ts';
import { mustRun, Problem, run, runInForeground, runTool, say } from './command.ts';
import { ensureCompose, ensureEngine } from './engine.ts';
import { buildImage, imageName } from './image.ts';
import { projectRoot } from './paths.ts';
import { installPythonTools } from './python.ts';

const minuteMs = 60_000;
/** `npm run test:long`: tools/test-long.ts */
const isLong = process.env.TEST_LONG === 'yes';
/**
 * For one test, with what is built for it: most take seconds, the slowest two or three minutes; the longest of
 * `npm run test:long` kills and waits for a quarter of an hour.
 */
const testTimeoutMs = (isLong ? 45 : 10) * minuteMs;
/** For all of them. Then Node ends the files that still run, and names them: a file may hang when its tests are over. */
const runTimeoutMs = (isLong ? 240 : 60) * minuteMs;

/** As tests/image/support/container.ts labels them: a run of another image's tests is left alone. */
const label = (image: string) => `node-nginx-fastify.test=${image}`;

await runTool(async () => {
  process.chdir(projectRoot);
  const chosen = process.argv.slice(2);
  const missing = chosen.find((file) => !existsSync(file));
  if (missing !== undefined)
    throw new Problem(`${missing} is not there. Write tests/image/NAME.test.ts, from this folder.`);
  await ensureEngine();
  if (process.env.IMAGE === undefined) await buildImage();
  const image = process.env.IMAGE ?? imageName;
  const files = chosen.length > 0 ? chosen : globSync('tests/{image,deploy}/*.test.ts').sort();
  // Before the tests, which run side by side and would install them twice.
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  if (texts.some((text) => text.includes("'./support/browser.ts'"))) await ensureBrowser();
  if (texts.some((text) => /\/(python|moto)\.ts'/.test(text))) await installPythonTools('deploy');
  if (texts.some((text) => text.includes("'./support/compose.ts'"))) await ensureCompose();
  await removeContainers(image);
  say('tests', `of the image ${image}`);

  const environment = {
    IMAGE: image,
    // Ryuk, which removes what testcontainers leaves behind, is an image of its own that not every machine can pull.
    TESTCONTAINERS_RYUK_DISABLED: 'true',
  };
  const args = ['--test', '--test-concurrency=2', `--test-timeout=${testTimeoutMs}`, ...files];
  const code = await runInForeground('node', args, environment, runTimeoutMs);
  const left = await removeContainers(image);
  if (left > 0) say('tests', `${left} container(s) were left behind, and are removed now`);
  return left > 0 ? 1 : code;
});

/** @returns how many there were */
async function removeContainers(image: string): Promise<number> {
  const filter = `label=${label(image)}`;
  const list = await mustRun('docker', ['ps', '--all', '--quiet', '--filter', filter], 'Is dockerd running?');
  const ids = list.split('\n').filter((id) => id !== '');
  if (ids.length > 0) await run('docker', ['rm', '--force', '--volumes', ...ids]);
  return ids.length;
}
