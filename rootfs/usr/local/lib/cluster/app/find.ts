// Finds the file of /app that starts the app, and how Node is started with it.
import { join, relative, resolve, sep } from 'node:path';
import { errors } from '../errors.ts';
import { identity } from '../machine/container.ts';
import { appFolder, staticSiteApp, welcomeApp, welcomeMarker } from '../paths.ts';
import type { Settings } from '../settings/read.ts';
import { diskFolder, type Folder, resolveFile } from './app-folder.ts';
import { findBuildOutputs, serveCommandFile } from './build-outputs.ts';
import { explainMissing } from './missing-app.ts';
import { type PackageJson, parsePackageJson } from './package-json.ts';
import { readProcfile } from './procfile.ts';
import { remedyForStart } from './start-remedies.ts';
import { readStartScript, type StartOptions, type StartScript } from './start-script.ts';
import { isBundlerInput } from './unbuilt-projects.ts';

export interface App extends StartOptions {
  /** Absolute path of the file that is run as the main module. */
  readonly entry: string;
  /** Why this one: completes the sentence "runs ENTRY, …". */
  readonly reason: string;
  /** Other files that would start the app if this one did not exist. */
  readonly passedOver: readonly string[];
  /** Lines for the log: what is not as the app's package.json has it. */
  readonly notes: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const folders = ['.', 'dist', 'build', 'src']; // what was built goes before its sources
const entryNames = ['main', 'app', 'server', 'index'];
const extensions = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs'];

/** Every path with a usual name, first choice first. */
export const entryCandidates: readonly string[] = folders.flatMap((folder) =>
  entryNames.flatMap((name) => extensions.map((extension) => join(appFolder, folder, name + extension))),
);

/** What the search depends on. */
export type AppSettings = Pick<Settings, 'appModule' | 'staticPaths' | 'nginx'>;

/** A file that would start the app. */
type Candidate = Pick<App, 'entry' | 'reason'> & Partial<StartOptions> & { readonly notes?: readonly string[] };

/**
 * @param environment where a start script's `$NAME` is looked up
 * @throws ClusterError APP_MISSING, APP_MISPLACED, APP_NOT_BUILT, APP_MODULE_MISSING or APP_MODULE_OUTSIDE
 */
export function findAppIn(folder: Folder, settings: AppSettings, environment: Environment = {}): App {
  const { appModule } = settings;
  const packageJson = parsePackageJson(folder.read(join(appFolder, 'package.json')));
  const { scripts } = packageJson;
  const start = readStartScript(scripts, 'start', environment);
  const web = readWebCommand(folder, scripts, environment);
  const ofWeb = candidateOf(folder, webReason, webReason, web);
  const found = [...ofWeb, ...candidatesIn(folder, packageJson, start, environment)];
  if (appModule !== undefined) {
    return choose({ entry: namedEntry(folder, appModule, found), reason: 'named by APP_MODULE' }, found, []);
  }
  const [first] = found;
  if (first !== undefined)
    return choose(first, found, [
      ...notesOnWeb(folder, web, ofWeb),
      ...notesOnScripts(folder, packageJson, start, first),
    ]);
  const substitute = findSubstitute(folder, settings);
  if (substitute !== undefined) return choose(substitute, [], []);
  const lookedFor = `scripts.start and \`main\`${packageJson.main === undefined ? '' : ` (${packageJson.main})`} of package.json, then the builds of frameworks, then ${entryNames.join(', ')} in /app, ${folders
    .slice(1)
    .map((name) => `/app/${name}`)
    .join(', ')} with ${extensions.join(' ')}`;
  throw explainMissing(folder, packageJson, lookedFor, notesOnScripts(folder, packageJson, start, undefined));
}

/**
 * Looks in the container's own /app.
 * @throws ClusterError as findAppIn(); see explainUnreadable()
 */
export function findApp(settings: AppSettings & Pick<Settings, 'port'>): App {
  // What `$PORT` in a start script is: the variables that the app itself gets.
  return findAppIn(diskFolder, settings, { ...process.env, PORT: String(settings.port) });
}

/** @param error of reading a file in /app @returns APP_UNREADABLE where the user may not read it, else the error itself */
export function explainUnreadable(error: unknown): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== 'EACCES' || !path?.startsWith(appFolder)) return error;
  const { uid, gid } = identity();
  return errors.appUnreadable(path, uid, gid);
}

/** The app's file in messages: `app/main.ts`. */
export function nameOf({ entry }: Pick<App, 'entry'>): string {
  const name = relative(appFolder, entry);
  return name.startsWith('..') ? entry : `app/${name}`;
}

function choose(chosen: Candidate, found: readonly Candidate[], notes: readonly string[]): App {
  const { entry, reason, nodeFlags = [], environment = {}, args = [] } = chosen;
  const others = found.map((candidate) => candidate.entry).filter((path) => path !== entry);
  const passedOver = [...new Set(others)];
  return { entry, reason, nodeFlags, environment, args, passedOver, notes: [...(chosen.notes ?? []), ...notes] };
}

function namedEntry(folder: Folder, appModule: string, found: readonly Candidate[]): string {
  const entry = resolve(appFolder, appModule);
  if (!entry.startsWith(appFolder + sep)) throw errors.appModuleOutside(appModule);
  if (folder.isFile(entry)) return entry;
  const others = found.map(({ entry }) => relative(appFolder, entry));
  const misplaced = isEmpty(folder.names(appFolder)) ? folder.misplaced() : undefined;
  throw misplaced === undefined ? errors.appModuleMissing(appModule, others) : errors.appMisplaced(misplaced);
}

/** What runs where there is no app: the server of a static site, or of the bare image's page. */
function findSubstitute(folder: Folder, settings: AppSettings): Candidate | undefined {
  const names = folder.names(appFolder);
  if (isEmpty(names)) {
    const isBare = names.length === 1 && folder.isUntouched() && folder.misplaced() === undefined;
    return isBare ? { entry: welcomeApp, reason: 'since no app was copied into /app' } : undefined;
  }
  if (!isStaticSite(folder, names, settings)) return undefined;
  return {
    entry: staticSiteApp,
    reason: `since there is no app: a static site, and nginx serves ${settings.staticPaths.map(({ path }) => path).join(', ')}`,
  };
}

function isEmpty(names: readonly string[]): boolean {
  return names.every((name) => name === welcomeMarker);
}

/** Anything that may be a part of an app is rather an app that was not found. */
function isStaticSite(folder: Folder, names: readonly string[], { staticPaths, nginx }: AppSettings): boolean {
  const isOfAnApp = (name: string) => {
    const path = join(appFolder, name);
    if (name.startsWith('.') || name === 'nginx') return false;
    if (staticPaths.some((folder) => `${folder.path}/`.startsWith(`${path}/`))) return false;
    return name === 'package.json' || /\.[cm]?[jt]sx?$/.test(name) || folder.names(path).length > 0;
  };
  const hasFiles = staticPaths.some(({ path }) => folder.names(path).length > 0);
  return nginx && hasFiles && !names.some(isOfAnApp);
}

/**
 * A start script says how the app is started. `main` says what an import of the package gives, and is the app in many
 * projects, but a library in others: it goes before a start script that is for a developer's machine, and after any other.
 * @returns every file that would start the app, first choice first
 */
function candidatesIn(
  folder: Folder,
  packageJson: PackageJson,
  start: StartScript | undefined,
  environment: Environment,
): Candidate[] {
  const { main, scripts } = packageJson;
  const production = readStartScript(scripts, 'start:prod', environment);
  const isDevelopment = start?.kind === 'plain' && start.isDevelopment;
  const ofStart = ofScript(folder, 'start', start);
  const ofMain = main === undefined ? undefined : resolveFile(folder, main);
  const usual = (path: string) => folder.isFile(path) && !isBundlerInput(folder, path);
  return [
    ...(isDevelopment ? [] : ofStart),
    ...ofScript(folder, 'start:prod', production),
    ...(ofMain === undefined || isBundlerInput(folder, ofMain)
      ? []
      : [{ entry: ofMain, reason: '`main` of package.json' }]),
    ...(isDevelopment ? ofStart : []),
    ...findBuildOutputs(folder, packageJson).map(({ output, entry, args, notes }) => ({
      entry,
      reason: `${args.length === 0 ? '' : `which serves ${args.join(' ')}, `}the build of ${output.framework}`,
      args,
      notes,
    })),
    ...entryCandidates.filter(usual).map((entry) => ({ entry, reason: 'the first of the usual names' })),
  ];
}

const webReason = '`web` of Procfile';

/** A Procfile's `web` line says how the app is started, before package.json does. */
function readWebCommand(
  folder: Folder,
  scripts: PackageJson['scripts'],
  environment: Environment,
): StartScript | undefined {
  const command = readProcfile(folder)?.get('web');
  // A name that no script has: `web: npm run web` is that script.
  return command === undefined ? undefined : readStartScript({ ...scripts, ' web': command }, ' web', environment);
}

function notesOnWeb(folder: Folder, web: StartScript | undefined, ofWeb: readonly Candidate[]): string[] {
  if (web === undefined || ofWeb.length > 0) return [];
  const remedy =
    web.kind === 'other'
      ? remedyForStart(folder, web)
      : `${web.kind === 'plain' ? web.file : web.packageName} is not there. If it is built, build it in the Dockerfile`;
  return [`${webReason} (\`${web.text}\`) is not run: ${remedy}`];
}

function ofScript(folder: Folder, name: string, start: StartScript | undefined): Candidate[] {
  const label = `\`scripts.${name}\``;
  return candidateOf(folder, label, `${label} of package.json`, start);
}

/** @param label what the command is called in a note */
function candidateOf(folder: Folder, label: string, reason: string, start: StartScript | undefined): Candidate[] {
  if (start === undefined || start.kind === 'other') return [];
  const isPlain = start.kind === 'plain';
  const entry = isPlain ? resolveFile(folder, start.file) : serveCommandFile(folder, start.command);
  if (entry === undefined) return [];
  const notes = isPlain && start.dropped.length > 0 ? [`${label}: not used: ${start.dropped.join(', ')}`] : [];
  return [{ ...start, entry, reason, notes }];
}

/** What of the scripts is not done. @param chosen undefined: there is no file to run */
function notesOnScripts(
  folder: Folder,
  packageJson: PackageJson,
  start: StartScript | undefined,
  chosen: Candidate | undefined,
): string[] {
  const isOfScript = chosen?.reason.startsWith('`scripts.') ?? false;
  const { prestart } = packageJson.scripts;
  const notes: string[] = [];
  if (packageJson.oddScripts.includes('start')) {
    notes.push('`scripts.start` of package.json is not run: it is not a text. Write `"start": "node FILE"`');
  }
  if (start !== undefined && !isOfScript && chosen?.reason !== webReason) {
    const quoted = `\`scripts.start\` of package.json (\`${start.text}\`)`;
    if (start.kind === 'other') notes.push(`${quoted} is not run: ${remedyForStart(folder, start)}`);
    else if (ofScript(folder, 'start', start).length === 0) {
      const missing = start.kind === 'plain' ? start.file : start.packageName;
      notes.push(`${quoted} needs ${missing}, which is not there. If it is built, build it in the Dockerfile`);
    }
  }
  if (prestart !== undefined && isOfScript) {
    notes.push(
      `\`scripts.prestart\` of package.json (\`${prestart}\`) is not run: run it in the Dockerfile, or in prestart.sh`,
    );
  }
  return notes;
}
