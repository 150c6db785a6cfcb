// npm run test:long: the image tests that load can be put on, for longer: hundreds of replacements, minutes of calm; and
// the tools of others in tests/long.
import { globSync, readFileSync } from 'node:fs';
import { projectRoot } from './paths.ts';

process.chdir(projectRoot);
process.env.TEST_LONG = 'yes';
if (process.argv.length === 2) {
  const files = globSync('tests/{image,deploy}/*.test.ts').sort();
  process.argv.push(...files.filter((file) => readFileSync(file, 'utf8').includes('support/long.ts')));
  process.argv.push(...globSync('tests/long/*.test.ts').sort());
}
await import('./test-image.ts');
