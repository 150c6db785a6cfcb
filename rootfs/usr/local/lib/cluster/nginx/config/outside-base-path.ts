// What nginx answers to paths outside of BASE_PATH.
import { block, lines } from './layout.ts';

/** @param prefix BASE_PATH, empty where everything lies below it @returns locations */
export function outsideBasePath(prefix: string): string {
  if (prefix === '') return '';
  return lines(
    '# The app lies below BASE_PATH, and nowhere else.',
    block(`location = ${prefix}`, `return 308 ${prefix}/$is_args$args;`),
    block('location /', 'return 404;'),
  );
}
