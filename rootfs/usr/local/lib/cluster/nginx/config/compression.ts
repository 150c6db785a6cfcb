// What is compressed on the way out. Not: what is already (images, fonts, archives), what would be held back by it
// (event streams), and what is so short that it would grow.
import { lines } from './layout.ts';
import type { Topic } from './topic.ts';

export function compression(): Topic {
  return {
    http: lines(
      '# Where a client takes both, brotli wins. A list of 600 media types: nginx takes no wildcards.',
      'gzip on;',
      'gzip_vary on;',
      'gzip_proxied any;',
      'gzip_comp_level 5;',
      'gzip_min_length 1024;',
      'brotli on;',
      'brotli_comp_level 4;',
      'brotli_min_length 1024;',
      'include /etc/nginx/compressible-types.conf;',
    ),
  };
}
