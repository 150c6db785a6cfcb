// npm run build: the image, from whatever this machine can reach.
import { runTool } from './command.js';
import { ensureEngine } from './engine.js';
import { buildImage } from './image.js';
await runTool(async () => {
    await ensureEngine();
    await buildImage();
    return 0;
});
