// What the app's package.json says about how it is started.

export interface PackageJson {
  readonly main: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  /** Names of scripts that are no text, which npm refuses to run, too. */
  readonly oddScripts: readonly string[];
  /** Names of packages, those for development included. */
  readonly dependencies: readonly string[];
  /** Files of the commands that it brings, by name. */
  readonly commands: Readonly<Record<string, string>>;
}

/** @param text undefined: there is none. One that is not JSON says nothing: Node names file and line when it reads it */
export function parsePackageJson(text: string | undefined): PackageJson {
  const { name, main, scripts, bin, dependencies, devDependencies } = parseObject(text);
  return {
    main: typeof main === 'string' && main !== '' ? main : undefined,
    scripts: stringsOf(scripts),
    oddScripts: Object.entries(Object(scripts)).flatMap(([name, script]) => (typeof script === 'string' ? [] : [name])),
    dependencies: [dependencies, devDependencies].flatMap((each) => Object.keys(stringsOf(each))),
    commands: typeof bin === 'string' ? { [String(name).replace(/^@[^/]*\//, '')]: bin } : stringsOf(bin),
  };
}

function parseObject(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function stringsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(Object(value)).filter(([, each]) => typeof each === 'string' && each !== '');
  return Object.fromEntries(entries) as Record<string, string>;
}
