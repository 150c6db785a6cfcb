// npm run docs: the pages that are made from code.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderReference } from '../rootfs/usr/local/lib/cluster/settings/reference.ts';
import { projectRoot } from './paths.ts';

writeFileSync(join(projectRoot, 'docs/settings.md'), renderReference());
