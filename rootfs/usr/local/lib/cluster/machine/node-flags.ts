// The flags of Node's own in a command line: `node [flags] FILE ARGS`.

/** By `node --help`, with its aliases, and some that it does not list. tests/unit/node-flags.test.ts compares. */
const flagsWithValue: ReadonlySet<string> = new Set(
  `-C -e -r --allow-fs-read --allow-fs-write --bench-isolation --bench-name-pattern --bench-reporter
  --bench-reporter-destination --bench-samples --bench-warmup --build-sea --build-snapshot-config --conditions
  --cpu-prof-dir --cpu-prof-interval --cpu-prof-name --debug-port --diagnostic-dir --disable-proto --disable-warning
  --dns-result-order --env-file --env-file-if-exists --eval --experimental-loader --experimental-package-map
  --experimental-sea-config --experimental-test-tag-filter --heap-prof-dir --heap-prof-interval --heap-prof-name
  --heapsnapshot-near-heap-limit --heapsnapshot-signal --icu-data-dir --import --input-type --inspect-port
  --inspect-publish-uid --loader --localstorage-file --max-http-header-size --max-old-space-size-percentage
  --network-family-autoselection-attempt-timeout --openssl-config --redirect-warnings --report-dir --report-directory
  --report-filename --report-signal --require --run --secure-heap --secure-heap-min --snapshot-blob --test-concurrency
  --test-coverage-branches --test-coverage-exclude --test-coverage-functions --test-coverage-include
  --test-coverage-lines --test-global-setup --test-name-pattern --test-random-seed --test-reporter
  --test-reporter-destination --test-rerun-failures --test-shard --test-skip-pattern --test-timeout --title
  --tls-cipher-list --tls-keylog --trace-event-categories --trace-event-file-pattern --trace-require-module
  --unhandled-rejections --use-largepages --v8-pool-size --vfs-load --vfs-mount --watch-kill-signal
  --watch-path`.split(/\s+/),
);

export interface NodeFlag {
  /** Without its value, and with dashes for underscores: `--import`, `-r`. */
  readonly name: string;
  /** `./x.mjs` of `--import ./x.mjs` and of `--import=./x.mjs`. */
  readonly value: string | undefined;
  /** As Node takes it: one argument or two. */
  readonly words: readonly string[];
}

export interface NodeArguments {
  readonly flags: readonly NodeFlag[];
  /** The script; undefined where there is none. */
  readonly script: string | undefined;
  /** The script's own. */
  readonly args: readonly string[];
}

/** @param words what comes after `node` */
export function parseNodeArguments(words: readonly string[]): NodeArguments {
  const flags: NodeFlag[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') return { flags, script: words[at + 1], args: words.slice(at + 2) };
    if (!word.startsWith('-') || word === '-') return { flags, script: word, args: words.slice(at + 1) };
    const [written = '', value] = splitOnce(word);
    const name = written.replaceAll('_', '-');
    const isTwoWords = value === undefined && flagsWithValue.has(name) && at + 1 < words.length;
    flags.push(
      isTwoWords ? { name, value: words[at + 1], words: [word, words[at + 1] ?? ''] } : { name, value, words: [word] },
    );
    if (isTwoWords) at += 1;
  }
  return { flags, script: undefined, args: [] };
}

function splitOnce(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
