// Schema → docs/settings.md. `npm run docs` writes it; a test fails when it is not what the schema says.
import { type Definition, definitions } from './schema.ts';

const introduction = `# Settings

Environment variables, checked before anything starts. A wrong value ends the container with exit code 78 and a line for
each problem that says what to write instead. A variable that looks like a setting and is none is pointed out.

- \`docker run IMAGE cluster config\` shows every setting with its value and where it comes from, and what was computed
  from it: workers, memory, heap. \`cluster config help NAME\` explains one.
- \`RUN cluster config check\` as the last line of a Dockerfile checks it all at build time.
- **Durations**: seconds without a unit, else \`ms\`, \`s\`, \`m\`, \`h\`: \`30\`, \`30s\`, \`1m30s\`. **Sizes**: bytes without a
  unit, else \`k\`, \`m\`, \`g\`, as nginx and Docker write them: \`512k\`, \`10m\`. **Switches**: \`on\`, \`true\`, \`yes\`, \`1\`;
  \`off\`, \`false\`, \`no\`, \`0\`. A number without a unit that cannot be meant (\`REQUEST_TIMEOUT=30000\`, eight hours;
  \`NGINX_MAX_UPLOAD=10\`, ten bytes) is refused. A variable that is set to nothing counts as not set, unless its row says otherwise.
- **Secrets**: a variable that may hold one is never shown, and can be read from a file that \`NAME_FILE\` names.
- The app finds all of these in its environment, too.
- \`NODE_OPTIONS\` is Node's own, and acts in the app only. With \`--max-old-space-size\` or \`--max-semi-space-size\` in it, the image sets no heap.
`;

export function renderReference(): string {
  const groups = Map.groupBy(
    definitions.map(([, definition]) => definition),
    ({ group }) => group,
  );
  const sections = Array.from(groups, ([group, members]) => `## ${group}\n\n${table(members)}`);
  return `<!-- Made by \`npm run docs\` from rootfs/usr/local/lib/cluster/settings/schema.ts. -->\n${introduction}\n${sections.join('\n')}`;
}

function table(members: readonly Definition<unknown>[]): string {
  const rows = members.map((each) => {
    const { name, aliases, help, type, example, readBy } = each;
    const names = [name, ...aliases].map((alias) => `\`${alias}\``).join(', ');
    return `| ${names} | ${defaultOf(each)} | ${help}${notes(each)} | ${type.allowed}; \`${example}\` | ${readBy.join(', ')} |\n`;
  });
  return `| variable | default | what it is | what it may be | read by |\n|---|---|---|---|---|\n${rows.join('')}`;
}

/** The default, as a rule where it is one. */
export function defaultOf({ default: preset, defaultRule, type }: Definition<unknown>): string {
  return defaultRule ?? (preset === undefined ? 'none' : `\`${type.format(preset)}\``);
}

function notes(definition: Definition<unknown>): string {
  const { name, isSecret } = definition;
  const empty = 'whenEmpty' in definition ? ` Set to nothing (\`${name}=\`): none.` : '';
  const secret = isSecret ? ` May be secret: \`${name}_FILE\` names a file that holds it.` : '';
  return `${empty}${secret}`;
}
