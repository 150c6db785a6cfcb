// The main module is looked at once it has begun, and is the main module then, whatever the app has preloaded.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../tools/paths.ts';

const module = join(projectRoot, 'rootfs/usr/local/lib/cluster/worker/main-module.ts');
const isMain = "process.stdout.write('main ' + (require.main === module) + '\\n'); exports.x = 1;";
const isMainEsm = "process.stdout.write('main ' + import.meta.main + '\\n'); export const x = 1;";

const mains: Record<string, string> = {
  'main.cjs': isMain,
  'main.js': isMain,
  'bin/www': isMain,
  'main.mjs': isMainEsm,
  'main.mts': isMainEsm,
  'main.cts': isMain,
};
const preloads: Record<string, string> = {
  'at once': '',
  'after a while':
    "import { setTimeout } from 'node:timers/promises';\nawait setTimeout(200);\nprocess.stdout.write('preloaded\\n');",
};

for (const [name, source] of Object.entries(mains)) {
  for (const [when, preload] of Object.entries(preloads)) {
    test(`${name} with a preload that is done ${when}`, (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'main-module-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const [main, instrument, watch] = [name, 'instrument.mjs', 'watch.mts'].map((each) => join(folder, each)) as [
        string,
        string,
        string,
      ];
      mkdirSync(dirname(main), { recursive: true });
      writeFileSync(main, source);
      writeFileSync(instrument, preload);
      writeFileSync(
        watch,
        `import { whenMainModuleBegins } from ${JSON.stringify(pathToFileURL(module))};
        whenMainModuleBegins(${JSON.stringify(main)}, async () => {
          const { x } = await import(${JSON.stringify(pathToFileURL(main))});
          process.stdout.write(\`looked at \${x}\\n\`);
        });`,
      );
      const { stdout, stderr } = spawnSync(process.execPath, ['--require', watch, '--import', instrument, main], {
        encoding: 'utf8',
        timeout: 20_000,
      });
      const preloaded = preload === '' ? '' : 'preloaded\n';
      assert.equal(stdout, `${preloaded}main true\nlooked at 1\n`, stderr);
    });
  }
}
