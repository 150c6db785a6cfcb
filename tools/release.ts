// npm run release: builds the image of a clean commit and pushes it under all of its tags. See docs/releases.md.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { mustRun, Problem, run, runTool, say, step } from './command.ts';
import { ensureEngine } from './engine.ts';
import { baseContext, s6OverlayContext } from './image.ts';
import { officialBase } from './offline/base.ts';
import { projectRoot } from './paths.ts';
import {
  isOnThisMachine,
  labelsOf,
  mustNotReplace,
  type Published,
  parseRepository,
  parseVersion,
  planTags,
  sourceUrl,
  type Version,
} from './release-plan.ts';

const git = 'Run this in a git clone of the project.';
const inspect = ['buildx', 'imagetools', 'inspect'];
const annotation = (name: string) => `org.opencontainers.image.${name}`;

await runTool(async () => {
  process.chdir(projectRoot);
  const options = optionsOf(process.argv.slice(2));
  const repository = parseRepository(process.env.REPOSITORY);
  const version = versionOfThis();
  const revision = await cleanCommit();
  const source = await sourceOfThis();
  await ensureEngine();

  const base = await baseOf(repository);
  const node = await nodeIn(base.image);
  const now = new Date();
  const line = node.split('.')[0] ?? '';
  const newest = (await published(repository, line))?.version;
  const plan = planTags(version, node, base.distribution, now, newest === undefined ? undefined : parsed(newest));
  mustNotReplace(plan, version, revision, await publishedAmong(repository, [plan.tags[0] ?? '', ...plan.fixed]));

  say('release', `version ${version.text}, Node ${node}, commit ${revision.slice(0, 12)}`);
  for (const tag of plan.tags) say('tag', `${repository}:${tag}${plan.fixed.includes(tag) ? ', never to move' : ''}`);
  if (plan.note !== undefined) say('note', plan.note);
  const metadata = await metadataOf(version, revision, source, now, base, options.platforms);
  if (options.isDryRun) {
    say('dry run', 'nothing was built, nothing pushed');
    return 0;
  }

  const references = plan.tags.map((tag) => `${repository}:${tag}`);
  await step('push', `building and pushing to ${repository}`, async () => {
    // Debian's security updates of the day, not of the day when this builder last ran apt-get.
    const fresh = isOnThisMachine(repository) ? [] : ['--no-cache-filter', 'node-nginx-fastify'];
    await buildAndPush(references, [...base.contexts, ...fresh, ...metadata], options.platforms);
  });
  const digest = await digestOf(references[0] ?? '');
  if (digest === undefined) throw new Problem('it was pushed, but its registry does not say its digest.');
  say('pushed', `${repository}@${digest}`);
  return 0;
});

function optionsOf(args: string[]): { isDryRun: boolean; platforms: string | undefined } {
  try {
    const { values } = parseArgs({ args, options: { 'dry-run': { type: 'boolean' }, platform: { type: 'string' } } });
    // `npm run release --dry-run`, without the `--` before it, is npm's own option: it has to be harmless, too.
    const isDryRun = (values['dry-run'] ?? false) || process.env.npm_config_dry_run === 'true';
    return { isDryRun, platforms: values.platform };
  } catch (error) {
    const known = '--dry-run and --platform linux/amd64,linux/arm64';
    throw new Problem(
      `${(error as Error).message.split('. ')[0]}. After \`npm run release --\` there can be ${known}.`,
    );
  }
}

/** That of package.json. Where VERSION is given too, as by a tag in CI, both have to be the same. */
function versionOfThis(): Version {
  const ours: string = JSON.parse(readFileSync('package.json', 'utf8')).version;
  const version = parseVersion(process.env.VERSION || ours);
  if (version.text === ours) return version;
  throw new Problem(
    `VERSION=${version.text}, but package.json says ${ours}. Set it there, and commit: npm version ${version.text}`,
  );
}

/** @returns the commit that HEAD is. @throws Problem where the files are not those of it */
async function cleanCommit(): Promise<string> {
  const changed = await mustRun('git', ['status', '--porcelain'], git);
  if (changed === '') return mustRun('git', ['rev-parse', 'HEAD'], git);
  throw new Problem(
    `${changed.split('\n').length} file(s) are not as in the last commit, and a release names a commit. Commit or stash them: git status`,
  );
}

/** Where the sources are, as the labels have it. */
async function sourceOfThis(): Promise<string> {
  const { code, output } = await run('git', ['remote', 'get-url', 'origin']);
  const url = process.env.SOURCE ?? (code === 0 ? sourceUrl(output) : undefined);
  if (url !== undefined && URL.canParse(url)) return url;
  throw new Problem(
    'where the sources are cannot be told from the git remote `origin`. Say it: SOURCE=https://github.com/you/node-nginx-fastify',
  );
}

interface Base {
  /** A name that `docker run` knows. */
  image: string;
  distribution: string;
  digest?: string;
  /** Arguments for `docker buildx build`. */
  contexts: string[];
}

/** The official base image as it is in its registry now; what is only pushed to this machine may have the offline kit. */
async function baseOf(repository: string): Promise<Base> {
  const distribution = officialBase.split('-')[1] ?? '';
  const digest = await digestOf(officialBase);
  if (digest !== undefined) {
    const image = `${officialBase}@${digest}`;
    const contexts = ['--build-context', `${officialBase}=docker-image://${image}`];
    const s6Overlay = await s6OverlayContext(contexts);
    if (s6Overlay.length === 0 || isOnThisMachine(repository)) {
      say('base', image);
      return { image, distribution, digest, contexts: [...contexts, ...s6Overlay] };
    }
  } else if (isOnThisMachine(repository)) {
    const contexts = await baseContext();
    const image = contexts.at(-1)?.split('docker-image://')[1] ?? officialBase;
    return { image, distribution, contexts: [...contexts, ...(await s6OverlayContext(contexts))] };
  }
  throw new Problem(
    `${digest === undefined ? officialBase : "s6-overlay's release"} cannot be downloaded, and what the offline kit makes is not for publishing. Release from a machine that reaches Docker Hub and GitHub.`,
  );
}

/** What a registry has under this name now: an index, or a manifest. */
async function digestOf(reference: string): Promise<string | undefined> {
  const { code, output } = await run('docker', [...inspect, reference, '--format', '{{json .Manifest}}']);
  return code === 0 ? JSON.parse(output).digest : undefined;
}

/** What the image says of itself: as labels, and where the builder can, as annotations, SBOM and provenance. */
async function metadataOf(
  version: Version,
  revision: string,
  source: string,
  now: Date,
  base: Base,
  platforms: string | undefined,
): Promise<string[]> {
  const buildArguments = { VERSION: version.text, REVISION: revision, CREATED: `${now.toISOString().slice(0, 19)}Z` };
  const onlyHere: Record<string, string> = {
    [annotation('source')]: source,
    [annotation('url')]: source,
    [annotation('documentation')]: `${source}#readme`,
    ...(base.digest === undefined ? {} : { [annotation('base.digest')]: base.digest }),
  };
  const annotations = {
    ...labelsOf(readFileSync('Dockerfile', 'utf8')),
    ...onlyHere,
    [annotation('version')]: buildArguments.VERSION,
    [annotation('revision')]: buildArguments.REVISION,
    [annotation('created')]: buildArguments.CREATED,
  };
  const each = (flag: string, values: Record<string, string>) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  return [
    ...each('--build-arg', buildArguments),
    ...each('--label', onlyHere),
    ...(await attestations(platforms, annotations)),
  ];
}

function buildAndPush(references: string[], options: string[], platforms: string | undefined): Promise<string> {
  const host = /^(?:[^/]*[.:][^/]*|localhost)(?=\/)/.exec(references[0] ?? '')?.[0];
  return mustRun(
    'docker',
    [
      ...['buildx', 'build', '--push', ...options],
      ...(platforms === undefined ? [] : ['--platform', platforms]),
      ...references.flatMap((reference) => ['--tag', reference]),
      '.',
    ],
    `The output above says why. If access is denied: docker login${host === undefined ? '' : ` ${host}`}`,
  );
}

function nodeIn(image: string): Promise<string> {
  const print = ['--entrypoint', 'node', image, '--print', 'process.versions.node'];
  return mustRun('docker', ['run', '--rm', '--quiet', '--network', 'none', ...print], 'See above.');
}

/** What the registry has under a tag. @throws Problem where it cannot be asked */
async function published(repository: string, tag: string): Promise<Published | undefined> {
  const reference = `${repository}:${tag}`;
  const { code, output } = await run('docker', [...inspect, reference, '--format', '{{json .Image}}']);
  if (code === 0) {
    const label = (name: string) => new RegExp(`"${RegExp.escape(annotation(name))}":\\s*"([^"]*)"`).exec(output)?.[1];
    return { version: label('version') ?? '', revision: label('revision') ?? '' };
  }
  // Some registries deny what does not exist. Whoever may not read may not push either, and is told then.
  if (/not found|name unknown|denied|unauthorized|authorization failed|forbidden/i.test(output)) return undefined;
  throw new Problem(`${reference} cannot be asked for. Check REPOSITORY and the network.`, output);
}

async function publishedAmong(repository: string, tags: readonly string[]): Promise<Map<string, Published>> {
  const found = new Map<string, Published>();
  for (const tag of tags) {
    const release = await published(repository, tag);
    if (release !== undefined) found.set(tag, release);
  }
  return found;
}

/** Undefined where it was not published by this tool. */
function parsed(version: string): Version | undefined {
  try {
    return parseVersion(version);
  } catch {
    return undefined;
  }
}

/** SBOM, provenance and annotations, by a builder that can write them: Docker's own can only with containerd's image store. */
async function attestations(platforms: string | undefined, values: Record<string, string>): Promise<string[]> {
  const isDockers = /^Driver:\s+docker$/m.test(await mustRun('docker', ['buildx', 'inspect'], 'Is Docker running?'));
  const store = await mustRun('docker', ['info', '--format', '{{.DriverStatus}}'], 'Is Docker running?');
  if (!isDockers || store.includes('io.containerd.snapshotter')) {
    const annotations = Object.entries(values).flatMap(([name, value]) =>
      ['index', 'manifest'].flatMap((level) => ['--annotation', `${level}:${name}=${value}`]),
    );
    return ['--provenance', 'mode=max', '--sbom', 'true', ...annotations];
  }
  const remedy = 'docker buildx create --use --driver docker-container';
  if (platforms?.includes(',')) throw new Problem(`this builder makes one platform at a time. Take another: ${remedy}`);
  say('note', `this builder writes labels, but no annotations, SBOM and provenance; another one does: ${remedy}`);
  return [];
}
