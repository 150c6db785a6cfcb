// Writes which media types nginx compresses: those of mime-db that are text by their kind, and a few more.
// `node tools/compressible-types.ts`
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from './paths.ts';

const target = join(projectRoot, 'rootfs/etc/nginx/compressible-types.conf');

/** By their names: mime-db says nothing of some, and more than is true of others (application/octet-stream). */
const kinds = /^text\/|\+(json|xml|yaml)$/;

/** nginx adds it itself, and warns where it is there twice. */
const always = 'text/html';

/** Events would be held back. */
const never = 'text/event-stream';

/**
 * What the web is made of, text without a name of these kinds, text that nobody has registered, and what else grows smaller:
 * fonts, bitmaps.
 */
const certain = `
  application/json application/javascript application/xml text/plain text/css text/javascript text/xml text/csv text/markdown
  text/calendar text/vcard text/vtt text/yaml text/tab-separated-values text/x-component text/cache-manifest text/turtle
  application/activity+json application/atom+xml application/dash+xml application/geo+json application/gpx+xml
  application/graphql-response+json application/hal+json application/json-patch+json application/ld+json
  application/manifest+json application/merge-patch+json application/problem+json application/problem+xml application/rdf+xml
  application/rss+xml application/scim+json application/soap+xml application/vnd.api+json application/vnd.collection+json
  application/vnd.google-earth.kml+xml application/vnd.siren+json application/xhtml+xml application/x-web-app-manifest+json
  application/fhir+json application/fhir+xml application/jrd+json application/jwk-set+json image/svg+xml model/gltf+json
  application/ecmascript application/graphql application/json5 application/json-seq application/jsonl application/jsonlines
  application/ndjson application/postscript application/rtf application/sparql-query application/sql application/toml
  application/wasm application/x-javascript application/x-jsonlines application/x-ndjson application/x-sh application/x-yaml
  application/yaml application/vnd.ms-fontobject font/otf font/ttf image/bmp image/vnd.microsoft.icon image/x-icon
`
  .trim()
  .split(/\s+/);

/** nginx's table of these types has at most so many places, each for so many bytes: ngx_http_merge_types() in its source. */
const table = { minPlaces: 1024, maxPlaces: 2048, placeBytes: 64, pointerBytes: 8 };

/**
 * nginx takes no wildcards. Of names for which there is no room in its table it would warn at each start: so it is tried here,
 * for each size of the table, and what is left out is what nobody has met.
 * @param known every media type that there is @returns those that are worth it, in the order of the alphabet
 */
export function compressibleTypes(known: readonly string[]): string[] {
  const candidates = [...new Set([always, ...certain, ...known.filter((type) => kinds.test(type)).sort(byRarity)])];
  const sizes = Array.from({ length: table.maxPlaces - table.minPlaces + 1 }, (_, index) => table.minPlaces + index);
  const choices = sizes
    .map((places) => fitting(candidates, places))
    .filter((chosen) => certain.every((type) => chosen.includes(type)));
  const [best] = choices.sort((a, b) => b.length - a.length);
  if (best === undefined)
    throw new RangeError(`no table of nginx has room for all ${certain.length} that it must have`);
  return best.filter((type) => type !== always && type !== never).sort();
}

/** Those of one vendor last. */
function byRarity(a: string, b: string): number {
  return Number(/\/(vnd|prs)\./.test(a)) - Number(/\/(vnd|prs)\./.test(b)) || a.length - b.length || (a < b ? -1 : 1);
}

/** @returns those of `types`, in this order, that have room in a table with so many places */
function fitting(types: readonly string[], places: number): string[] {
  const { placeBytes, pointerBytes } = table;
  const used = new Uint8Array(places);
  return types.filter((type) => {
    const bytes = pointerBytes + Math.ceil((type.length + 2) / pointerBytes) * pointerBytes;
    const place = Number(hash(type) % BigInt(places));
    if ((used[place] ?? 0) + bytes > placeBytes - pointerBytes) return false;
    used[place] = (used[place] ?? 0) + bytes;
    return true;
  });
}

/** nginx's own: ngx_hash_key(), in 64 bits. */
function hash(text: string): bigint {
  let key = 0n;
  for (const byte of Buffer.from(text)) key = BigInt.asUintN(64, key * 31n + BigInt(byte));
  return key;
}

/** @returns the text of the file @param version of mime-db */
export function renderCompressibleTypes(known: readonly string[], version: string): string {
  const types = compressibleTypes(known).map((type) => `  ${type}`);
  return `${[
    `# What is compressed on the way out: text, by the media types of mime-db ${version}, and a few more.`,
    '# Made by `node tools/compressible-types.ts`.',
    ...['gzip_types', 'brotli_types'].map((directive) => `${directive}\n${types.join('\n')};`),
  ].join('\n')}\n`;
}

if (import.meta.main) {
  const load = createRequire(import.meta.url);
  const { version } = load('mime-db/package.json') as { version: string };
  writeFileSync(target, renderCompressibleTypes(Object.keys(load('mime-db') as object), version));
  process.stdout.write(`${target}: ${readFileSync(target, 'utf8').split('\n').length} lines\n`);
}
