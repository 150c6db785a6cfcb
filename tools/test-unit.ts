// npm run test:unit: the tests that need no Docker, or those that are named.
import { runInForeground, runTool } from './command.ts';
import { projectRoot } from './paths.ts';

const minuteMs = 60_000;

await runTool(() => {
  process.chdir(projectRoot);
  const chosen = process.argv.slice(2);
  const files = chosen.length > 0 ? chosen : ['tests/unit/**/*.test.ts', 'app-template/test/**/*.test.ts'];
  // Most tests take milliseconds. A file may hang when its tests are over: then Node ends it after ten minutes, and names it.
  return runInForeground('node', ['--test', `--test-timeout=${minuteMs}`, ...files], {}, 10 * minuteMs);
});
