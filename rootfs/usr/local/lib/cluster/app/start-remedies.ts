// What to set where the start script is of another form than `node FILE`: the image runs no shell and no other programs.
import { relative } from 'node:path';
import { appFolder } from '../paths.ts';
import { type Folder, resolveFile } from './app-folder.ts';
import { parsePackageJson } from './package-json.ts';
import type { OtherStart, PlainStart } from './start-script.ts';

/** By the program's name. @returns what to do; undefined where the words say too little */
type Remedy = (words: readonly string[], file: string | undefined) => string | undefined;

const isBuiltInto = (build: string, file: string) => () => `\`${build}\` writes ${file}, which is found`;
const isServedByNginx: Remedy = ([, ...words]) => {
  const folder = words.find((word) => !word.startsWith('-')) ?? 'dist';
  return `nginx serves files itself: set STATIC_PATH=/app/${folder.replace(/^\.?\/|\/$/g, '')}`;
};
const isDevelopmentServer: Remedy = () =>
  'that is a server for development: build the project in the Dockerfile (`RUN npm run build`)';
const isProcessManager: Remedy = (_words, file) =>
  `the image starts and watches the workers itself: set ${file === undefined ? 'APP_MODULE to the file that listens' : setting(file)}`;
const startsSeveral: Remedy = () =>
  'the image runs one server: set APP_MODULE to its file, and start the others in containers of their own';
const loadsVariables: Remedy = (words) =>
  `write \`node --env-file=.env ${words.slice(words.lastIndexOf('node') + 1).join(' ') || 'FILE'}\` in its place`;
const isOtherRuntime: Remedy = (_words, file) =>
  `the image has Node: set ${file === undefined ? 'APP_MODULE to the file' : setting(file)}, and write \`export default { fetch }\` in place of Bun.serve() or Deno.serve()`;

const remedies: Readonly<Record<string, Remedy>> = {
  next: (words) =>
    /^(dev|build)$/.test(words[1] ?? '')
      ? undefined
      : "with `output: 'standalone'` in next.config, `next build` writes .next/standalone/server.js, which is found",
  nuxt: isBuiltInto('nuxt build', '.output/server/index.mjs'),
  nuxi: isBuiltInto('nuxt build', '.output/server/index.mjs'),
  vinxi: isBuiltInto('vinxi build', '.output/server/index.mjs'),
  nitro: isBuiltInto('nitro build', '.output/server/index.mjs'),
  nitropack: isBuiltInto('nitropack build', '.output/server/index.mjs'),
  astro: isBuiltInto('astro build', 'dist/server/entry.mjs (with @astrojs/node in standalone mode)'),
  ng: isBuiltInto('ng build', 'dist/NAME/server/server.mjs (with server-side rendering)'),
  nest: isBuiltInto('nest build', 'dist/main.js'),
  'react-router': isBuiltInto('react-router build', 'build/server/index.js'),
  vite: isDevelopmentServer,
  'vue-cli-service': isDevelopmentServer,
  'react-scripts': isDevelopmentServer,
  parcel: isDevelopmentServer,
  webpack: isDevelopmentServer,
  'webpack-dev-server': isDevelopmentServer,
  serve: isServedByNginx,
  'http-server': isServedByNginx,
  sirv: isServedByNginx,
  pm2: isProcessManager,
  'pm2-runtime': isProcessManager,
  'pm2-docker': isProcessManager,
  forever: isProcessManager,
  nodemon: isProcessManager,
  supervisor: isProcessManager,
  concurrently: startsSeveral,
  'npm-run-all': startsSeveral,
  'run-p': startsSeveral,
  'run-s': startsSeveral,
  turbo: startsSeveral,
  nx: startsSeveral,
  lerna: startsSeveral,
  dotenv: loadsVariables,
  dotenvx: loadsVariables,
  'env-cmd': loadsVariables,
  bun: isOtherRuntime,
  bunx: isOtherRuntime,
  deno: isOtherRuntime,
};

/**
 * @param start a script that is not run as it is
 * @returns what to do about it: the rest of a sentence
 */
export function remedyForStart(folder: Folder, { commands, part }: OtherStart): string {
  if (part !== undefined)
    return remedyForPart(
      commands.map(({ words }) => words.join(' ')),
      commands[0]?.operator,
      part,
    );
  const command = (commands.at(-1)?.words ?? []).filter((word) => !/^\w+=/.test(word));
  const words = command.slice(command.findIndex((word) => !/^(cross-env|npx|env|exec)$/.test(word)));
  const program = words[0]?.replace(/^.*\/\.bin\//, '') ?? '';
  const file = words
    .slice(1)
    .map((word) => scriptIn(folder, word))
    .find((found) => found !== undefined);
  const known = Object.hasOwn(remedies, program) ? remedies[program]?.(words, file) : undefined;
  if (known !== undefined) return known;
  const ofPackage = commandFile(folder, program);
  if (ofPackage !== undefined) return `set ${setting(ofPackage, words.slice(1))}`;
  return file === undefined ? 'set APP_MODULE to the file that listens' : `set ${setting(file)}`;
}

function remedyForPart(commands: readonly string[], operator: string | undefined, part: PlainStart): string {
  const { file, args, nodeFlags } = part;
  const flags = nodeFlags.length === 0 ? '' : ` NODE_OPTIONS="${nodeFlags.join(' ')}"`;
  const set = `set ${setting(file, args)}${flags}`;
  const before = commands.slice(0, -1).map((command) => `\`${command}\``);
  return operator === '&&' || operator === ';'
    ? `run ${before.join(' and ')} in the Dockerfile, or in prestart.sh if it has to be at each start, and ${set}`
    : `the image reads what the app prints: ${set}`;
}

/** `APP_MODULE=dist/main.js`, with `APP_ARGS="…"` where there are arguments. */
export function setting(file: string, args: readonly string[] = []): string {
  return `APP_MODULE=${file.replace(/^\.\//, '')}${args.length === 0 ? '' : ` APP_ARGS="${args.join(' ')}"`}`;
}

function scriptIn(folder: Folder, word: string): string | undefined {
  const file = /\.[cm]?[jt]sx?$/.test(word) && !/\.config\./.test(word) ? resolveFile(folder, word) : undefined;
  return file === undefined ? undefined : relative(appFolder, file);
}

/** @returns the file of a command that one of the app's packages brings, relative to /app */
function commandFile(folder: Folder, command: string): string | undefined {
  if (!/^[\w.-]+$/.test(command)) return undefined;
  const link = `${appFolder}/node_modules/.bin/${command}`;
  const target = folder.isFile(link) ? folder.target(link) : link;
  const own = `node_modules/${command}`;
  const file = parsePackageJson(folder.read(`${appFolder}/${own}/package.json`)).commands[command];
  if (target !== link) return relative(appFolder, target);
  return file === undefined ? undefined : `${own}/${file.replace(/^\.\//, '')}`;
}
