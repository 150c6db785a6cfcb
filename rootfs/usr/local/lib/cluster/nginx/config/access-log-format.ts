// How a line of the access log is written.
import type { NginxContext } from './context.ts';
import { failureVariable } from './failures.ts';
import { lines, map } from './layout.ts';
import { requestId } from './request-id.ts';

export interface LineFormat {
  /** That of its `log_format`. */
  readonly name: string;
  /** What is written where there is no value. */
  readonly none: string;
  /** Requests that belong to a trace have a format of their own, `name` and `_traced`: it has $trace_id. */
  readonly hasTraced: boolean;
  /** Everything that it needs in http. */
  readonly http: string;
}

/** @returns the format that the settings ask for */
export function lineFormat(context: NginxContext): LineFormat {
  const { logFormat, accessLogQuery } = context.settings;
  const format = (name: string, none: string, hasTraced: boolean, ...http: string[]): LineFormat => ({
    name,
    none,
    hasTraced,
    http: lines(hasTraced && traceId, ...http),
  });
  switch (logFormat === 'auto' ? (context.isTerminal ? 'text' : 'json') : logFormat) {
    case 'text':
      return format(
        'text',
        '-',
        true,
        agent('-'),
        failureNote,
        textFormat('text', ''),
        textFormat('text_traced', ' trace $trace_id'),
      );
    case 'json':
      return format('json', 'null', true, agent('""'), workerDuration('null'), ...jsonFormats(context));
    case 'logfmt':
      return format('logfmt', '""', true, agent('""'), workerDuration('""'), ...logfmtFormats(context));
    case 'combined':
      return format(
        'combined_log',
        '-',
        false,
        agent('-'),
        referrer(accessLogQuery),
        standardFormat('combined_log', ' "$referrer" "$agent"'),
      );
    case 'common':
      return format('common_log', '-', false, standardFormat('common_log', ''));
  }
}

/** https://www.w3.org/TR/trace-context/#traceparent-header. A header that is not valid counts as none. */
const traceId = map('$http_traceparent', '$trace_id', [
  ['default', '""'],
  [
    '~^(?!ff|00-.{53})[0-9a-f]{2}-(?!0{32})(?<parent_trace>[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-|$)',
    '$parent_trace',
  ],
]);

/** A pipe takes a line in one piece up to 4 kB. */
function agent(none: string): string {
  return lines(
    '# Long ones are cut, so that a line stays below the 4 kB that a pipe takes in one piece.',
    map('$http_user_agent', '$agent', [
      ['', none],
      ['~^[ !#-\\[\\]-~]{1,512}$', '$http_user_agent'],
      ['~^(?<cut_agent>.{0,128})', '$cut_agent'],
      ['default', none],
    ]),
  );
}

function referrer(hasQuery: boolean): string {
  return map('$http_referer', '$referrer', [
    ['default', '-'],
    [`~^(?<cut_referrer>[^${hasQuery ? '' : '?'}#]{1,512})`, '$cut_referrer'],
  ]);
}

function workerDuration(none: string): string {
  return map('$upstream_response_time', '$worker_duration', [
    ['default', none],
    ['~(?<last_duration>[0-9.]+)$', '$last_duration'],
  ]);
}

const failureNote = map(failureVariable, '$failure_note', [
  ['default', `" (${failureVariable})"`],
  ['', '""'],
]);

function textFormat(name: string, trace: string): string {
  return `log_format ${name}
  '$time_iso8601 $remote_addr $asked_method $host$path $status$failure_note \${body_bytes_sent}B \${request_time}s '
  'slot $slot id ${requestId}${trace} "$agent"';`;
}

/** As nginx and Apache httpd write it (nginx has a `combined` of its own): https://httpd.apache.org/docs/2.4/logs.html#common */
function standardFormat(name: string, rest: string): string {
  return `log_format ${name}
  '$remote_addr - $remote_user [$time_local] "$asked_method $path $server_protocol" $status $body_bytes_sent${rest}';`;
}

function jsonFormats(context: NginxContext): string[] {
  const fields = fieldsOf(context).map(([name, value, isText]) =>
    isText ? `"${name}":"${value}"` : `"${name}":${value}`,
  );
  const format = (name: string, parts: string[]) => logFormat(name, parts, '{', ',', '}');
  return [
    '# Durations in seconds: in all, and in the worker.',
    format('json', fields),
    format('json_traced', [...fields.slice(0, 2), '"traceId":"$trace_id"', ...fields.slice(2)]),
  ];
}

function logfmtFormats(context: NginxContext): string[] {
  const fields = fieldsOf(context).map(([name, value, isText]) => (isText ? `${name}="${value}"` : `${name}=${value}`));
  const format = (name: string, parts: string[]) => logFormat(name, parts, '', ' ', '');
  return [
    '# Durations in seconds: in all, and in the worker.',
    format('logfmt', fields),
    format('logfmt_traced', [...fields.slice(0, 2), 'traceId=$trace_id', ...fields.slice(2)]),
  ];
}

/** The fields of a request, in their order. */
function fieldsOf({ settings }: NginxContext): (readonly [name: string, value: string, isText: boolean])[] {
  const { microCacheBytes, tlsCertificate } = settings;
  return [
    ['time', '$time_iso8601', true],
    ['id', requestId, true],
    ['client', '$remote_addr', true],
    ['method', '$asked_method', true],
    ['host', '$host', true],
    ['path', '$path', true],
    ['status', '$status', false],
    ['bytes', '$body_bytes_sent', false],
    ['duration', '$request_time', false],
    ['workerDuration', '$worker_duration', false],
    ['slot', '$slot', false],
    ['failure', failureVariable, true],
    ...(microCacheBytes > 0 ? [['cache', '$upstream_cache_status', true] as const] : []),
    ...(tlsCertificate === undefined ? [] : [['tls', '$ssl_protocol', true] as const]),
    ['agent', '$agent', true],
  ];
}

/** Escaped as in JSON, three fields a line. */
function logFormat(name: string, fields: string[], begin: string, between: string, end: string): string {
  const rows: string[] = [];
  for (let first = 0; first < fields.length; first += 3) {
    const isLast = first + 3 >= fields.length;
    const row = fields.slice(first, first + 3).join(between);
    rows.push(`'${first === 0 ? begin : ''}${row}${isLast ? end : between}'`);
  }
  return `log_format ${name} escape=json\n  ${rows.join('\n  ')};`;
}
