// npm run build: the image, from whatever this machine can reach.
import { runTool } from './command.ts';
import { ensureEngine } from './engine.ts';
import { buildImage } from './image.ts';

await runTool(async () => {
  await ensureEngine();
  await buildImage();
  return 0;
});
