// What is compressed on the way out. Not: what is already (images, fonts, archives), what would be held back by it
// (event streams), and what is so short that it would grow.
import { lines } from './layout.ts';
import type { Topic } from './topic.ts';

/** text/html is always one of them. */
const types = [
  'text/plain text/css text/xml text/javascript text/markdown text/vtt',
  'application/json application/ld+json application/manifest+json application/problem+json',
  'application/javascript application/wasm application/xml application/rss+xml application/atom+xml application/xhtml+xml',
  'image/svg+xml image/x-icon font/ttf font/otf application/vnd.ms-fontobject',
].join('\n  ');

export function compression(): Topic {
  return {
    http: lines(
      '# Where a client takes both, brotli wins.',
      'gzip on;',
      'gzip_vary on;',
      'gzip_proxied any;',
      'gzip_comp_level 5;',
      'gzip_min_length 1024;',
      `gzip_types\n  ${types};`,
      'brotli on;',
      'brotli_comp_level 4;',
      'brotli_min_length 1024;',
      `brotli_types\n  ${types};`,
    ),
  };
}
