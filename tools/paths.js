import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from './command.js';
/** The folder of the repository. */
export const projectRoot = join(import.meta.dirname, '..');
/** A folder for what can be made again at any time. @throws Problem if the disk does not let us */
export function cacheFolder(name) {
    const folder = join(projectRoot, '.cache', name);
    try {
        mkdirSync(folder, { recursive: true });
    }
    catch (error) {
        throw new Problem(`${folder} cannot be written (${error.code}). Clone into a folder that you may write to.`);
    }
    return folder;
}
