// npm start: from a bare clone to the app-template in the foreground. Ctrl-C stops it.
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun, Problem, runInForeground, runTool, say, step } from './command.js';
import { ensureEngine } from './engine.js';
import { buildImage } from './image.js';
import { projectRoot } from './paths.js';
const templateImage = 'node-nginx-fastify-app-template';
await runTool(async () => {
    const port = portFromEnvironment();
    await mustBeFree(port);
    await ensureEngine();
    await buildImage();
    await step('app', 'building app-template from its two-line Dockerfile', () => mustRun('docker', ['buildx', 'build', '--load', '--tag', templateImage, join(projectRoot, 'app-template')], 'The output above says which line of app-template/Dockerfile.'));
    // Ctrl-C reaches docker too, which passes it on; this process only waits for the end.
    for (const signal of ['SIGINT', 'SIGTERM'])
        process.on(signal, () => { });
    announce(port);
    // --stop-timeout: longer than the image's STOP_TIMEOUT.
    return runInForeground('docker', [
        'run',
        '--rm',
        '--stop-timeout=30',
        `--publish=127.0.0.1:${port}:8080`,
        templateImage,
    ]);
});
function portFromEnvironment() {
    const port = Number(process.env.PORT ?? 8080);
    if (Number.isInteger(port) && port >= 1 && port <= 65_535)
        return port;
    throw new Problem(`PORT=${process.env.PORT} is not a port. Give a number between 1 and 65535: PORT=8081 npm start`);
}
function mustBeFree(port) {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.once('error', (error) => {
            const what = error.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${error.code})`;
            reject(new Problem(`port ${port} ${what}. Choose another with PORT: PORT=${port + 1} npm start`));
        });
        server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
    });
}
/** Says where the app is as soon as it answers. Does not keep this process alive. */
async function announce(port) {
    const url = `http://localhost:${port}`;
    for (;;) {
        await sleep(200, undefined, { ref: false });
        const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
        if (answer?.ok)
            return say('ready', `${url} and ${url}/api/hello (Ctrl-C stops it)`);
    }
}
