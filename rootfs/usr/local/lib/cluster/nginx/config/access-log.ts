// The access log: one line for each request, on standard output.
import { slotSocket } from '../../paths.ts';
import type { AccessLog } from '../../settings/types/word.ts';
import { type LineFormat, lineFormat } from './access-log-format.ts';
import type { NginxContext } from './context.ts';
import { lines, map, paragraphs } from './layout.ts';
import { isOrdinary } from './malformed-requests.ts';
import { requestTimePattern } from './number-patterns.ts';
import type { Topic } from './topic.ts';

export function accessLogs(context: NginxContext): Topic {
  const { accessLog, accessLogQuery } = context.settings;
  if (accessLog.kind === 'off') return { http: 'access_log off;' };
  const format = lineFormat(context);
  return {
    http: paragraphs(
      loggedPath(accessLogQuery),
      loggedMethod,
      slotOfUpstream(context.plan.maxWorkers, format.none),
      format.http,
      lines(
        isLoggedMap(accessLog),
        '# Buffered: unbuffered logging costs a third of the throughput. Up to 4k are written to a pipe in one piece,',
        '# however full it is; of more, another worker of nginx might tear a line apart.',
        directives(format, accessLog.kind !== 'on'),
      ),
    ),
  };
}

/** @param isFiltered $is_logged says which requests are logged */
function directives({ name, hasTraced }: LineFormat, isFiltered: boolean): string {
  const write = (format: string, condition: string) =>
    `access_log /dev/stdout ${format} buffer=4k flush=1s${condition === '' ? '' : ` if=${condition}`};`;
  if (!hasTraced) return write(name, isFiltered ? '$is_logged' : '');
  const [logged, source] = isFiltered ? ['1', '$is_logged$trace_id'] : ['', '$trace_id'];
  return lines(
    map(`"${source}"`, '$is_untraced', [
      ['default', '0'],
      [logged, '1'],
    ]),
    isFiltered &&
      map(`"${source}"`, '$is_traced', [
        ['default', '0'],
        ['~^1.', '1'],
      ]),
    write(name, '$is_untraced'),
    write(`${name}_traced`, isFiltered ? '$is_traced' : '$trace_id'),
  );
}

function loggedPath(hasQuery: boolean): string {
  return lines(
    hasQuery ? '# Cut after 1024 characters.' : '# Without the query, which may hold tokens (ACCESS_LOG_QUERY).',
    map(isOrdinary, '$path', [
      ['default', '$cut_path'],
      ['1', '$ordinary_path'],
    ]),
    map('$request_uri', '$cut_path', [[`~^(?<logged_path>${hasQuery ? '.' : '[^?]'}{0,1024})`, '$logged_path']]),
  );
}

const loggedMethod = lines(
  map(isOrdinary, '$asked_method', [
    ['default', '$first_word'],
    ['1', '$ordinary_method'],
  ]),
  '# The method of the request itself: for its error page, nginx changes $request_method to GET.',
  map('$request', '$first_word', [
    ['default', '$request_method'],
    ['~^(?<first_letters>[A-Za-z]+) ', '$first_letters'],
  ]),
);

/** @param none what is logged where no worker got the request */
function slotOfUpstream(slots: number, none: string): string {
  return map('$upstream_addr', '$slot', [
    ['default', none],
    ...Array.from({ length: slots }, (_, slot) => [`unix:${slotSocket(slot)}`, String(slot)] as const),
    // Of several, the last: the one that answered.
    ['~slot-(?<last_slot>[0-9]+)\\.sock$', '$last_slot'],
  ]);
}

/** @returns $is_logged, and nothing where every request is logged */
function isLoggedMap(accessLog: AccessLog): string | false {
  switch (accessLog.kind) {
    case 'errors':
      return map('$status', '$is_logged', [
        ['default', '0'],
        ['~^[45]', '1'],
      ]);
    case 'slow':
      return map('$request_time', '$is_logged', [
        ['default', '0'],
        [`~${requestTimePattern(accessLog.thresholdMs)}`, '1'],
      ]);
    default:
      return false;
  }
}
