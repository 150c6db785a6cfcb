// The image that app-template's own Dockerfile makes.
import { join } from 'node:path';
import { mustRun } from '../../../tools/command.js';
import { projectRoot } from '../../../tools/paths.js';
import { image } from './container.js';
/** @returns the name of the template's image, built from the image under test */
export async function buildTemplate() {
    const name = 'node-nginx-fastify-app-template:test';
    // The name in the Dockerfile stands for the image under test, whatever that is called.
    const context = ['--build-context', `node-nginx-fastify:26=docker-image://${image}`];
    const folder = join(projectRoot, 'app-template');
    await mustRun('docker', ['buildx', 'build', '--load', '--tag', name, ...context, folder], 'See the output above.');
    return name;
}
