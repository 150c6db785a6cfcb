// Which files never change under their name.

/**
 * Names that change with what is in the file: a hash that bundlers put into them. A false hit would be kept for a year, a miss
 * costs one question: so a hash must have digits and letters, and what could be a word counts only where bundlers write.
 */
export const hashedNames: readonly string[] = [
  // Whole folders: Next, Nuxt, Astro, SvelteKit.
  '/(_next/static|_nuxt|_astro|_app/immutable)/',
  // Hexadecimal: webpack, Create React App, Parcel. main.3f9a0c1d.js
  '[._-](?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,64}\\.[a-z0-9.]+$',
  // Base 32 in capitals: esbuild, Angular. styles-5INURTSO.css
  '[._-](?=[A-Z2-7]*[2-7])(?=[A-Z2-7]*[A-Z])[A-Z2-7]{8}\\.[a-z0-9.]+$',
  // Base 64, eight long: Vite, Rollup. assets/index-DiwrgT4a.js
  '/assets/([^/]+/)*[^/]*[.-](?=[\\w-]*[0-9])(?=[\\w-]*[A-Z])(?=[\\w-]*[a-z])[\\w-]{8}\\.[a-z0-9.]+$',
];
