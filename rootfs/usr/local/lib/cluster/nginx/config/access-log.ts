// The access log: one line for each request, on standard output.
import { slotSocket } from '../../paths.ts';
import type { NginxContext } from './context.ts';
import { lines, map, paragraphs, type Topic } from './layout.ts';
import { isOrdinary } from './malformed-requests.ts';
import { requestId } from './request-id.ts';

export function logs(context: NginxContext): Topic {
  const { settings, plan } = context;
  const { accessLog, accessLogQuery, logFormat } = settings;
  if (accessLog.kind === 'off') return { http: 'access_log off;' };
  const isText = logFormat === 'text' || (logFormat === 'auto' && context.isTerminal);
  return {
    http: paragraphs(
      lines(
        accessLogQuery
          ? '# Beyond what a line may hold, it is cut.'
          : '# Without the query, which may hold tokens (ACCESS_LOG_QUERY).',
        map(isOrdinary, '$path', [
          ['default', '$cut_path'],
          ['1', '$ordinary_path'],
        ]),
        map('$request_uri', '$cut_path', [
          [`~^(?<logged_path>${accessLogQuery ? '.' : '[^?]'}{0,1024})`, '$logged_path'],
        ]),
      ),
      lines(
        map(isOrdinary, '$asked_method', [
          ['default', '$first_word'],
          ['1', '$ordinary_method'],
        ]),
        '# As asked for: the page of an error is a GET to nginx, whatever the request was.',
        map('$request', '$first_word', [
          ['default', '$request_method'],
          ['~^(?<first_letters>[A-Za-z]+) ', '$first_letters'],
        ]),
      ),
      map('$upstream_addr', '$slot', [
        ['default', isText ? '-' : 'null'],
        ...Array.from({ length: plan.maxWorkers }, (_, slot) => [`unix:${slotSocket(slot)}`, String(slot)] as const),
        // Of several, the last: the one that answered.
        ['~slot-(?<last_slot>[0-9]+)\\.sock$', '$last_slot'],
      ]),
      isText
        ? textFormat
        : lines(
            map('$upstream_response_time', '$worker_duration', [
              ['default', 'null'],
              ['~(?<last_duration>[0-9.]+)$', '$last_duration'],
            ]),
            jsonFormat(context),
          ),
      lines(
        accessLog.kind === 'errors' &&
          map('$status', '$is_logged', [
            ['default', '0'],
            ['~^[45]', '1'],
          ]),
        accessLog.kind === 'slow' &&
          map('$request_time', '$is_logged', [
            ['default', '0'],
            [`~${atLeast(accessLog.thresholdMs)}`, '1'],
          ]),
        '# Buffered: unbuffered logging costs a third of the throughput. Up to 4k are written to a pipe in one piece,',
        '# however full it is; of more, the app or another worker of nginx might tear a line apart.',
        `access_log /dev/stdout ${isText ? 'text' : 'json'} buffer=4k flush=1s${accessLog.kind === 'on' ? '' : ' if=$is_logged'};`,
      ),
    ),
  };
}

function jsonFormat({ settings }: NginxContext): string {
  const { microCacheBytes, tlsCertificate } = settings;
  const fields = [
    `"time":"$time_iso8601","id":"${requestId}","client":"$remote_addr",`,
    `"method":"$asked_method","host":"$host","path":"$path",`,
    '"status":$status,"bytes":$body_bytes_sent,"duration":$request_time,',
    '"workerDuration":$worker_duration,"slot":$slot,',
    microCacheBytes > 0 && '"cache":"$upstream_cache_status",',
    tlsCertificate !== undefined && '"tls":"$ssl_protocol",',
    '"agent":"$http_user_agent"',
  ].filter((field) => field !== false);
  const rows = fields.map(
    (field, index) => `'${index === 0 ? '{' : ''}${field}${index === fields.length - 1 ? '}' : ''}'`,
  );
  return `# Durations in seconds: in all, and in the worker.\nlog_format json escape=json\n  ${rows.join('\n  ')};`;
}

const textFormat = `log_format text
  '$time_iso8601 $remote_addr $asked_method $host$path $status \${body_bytes_sent}B \${request_time}s '
  'slot $slot id ${requestId} "$http_user_agent"';`;

/** @returns a regular expression for what $request_time says of durations of at least `ms`, such as 1.250 */
export function atLeast(ms: number): string {
  const digits = String(ms).padStart(4, '0');
  // As long, and larger from the first digit that differs on; or the same; or longer.
  const larger = Array.from(digits, (digit, index) =>
    digit === '9' ? '' : `${digits.slice(0, index)}[${Number(digit) + 1}-9]${'#'.repeat(digits.length - index - 1)}`,
  );
  const longer = `[1-9]#*${'#'.repeat(digits.length)}`;
  const withPoint = [...larger, digits, longer]
    .filter((pattern) => pattern !== '')
    .map((pattern) => pattern.replace(/((?:\[[^\]]+\]|\d|#){3})$/, '\\.$1').replaceAll('#', '[0-9]'));
  return `^(?:${withPoint.join('|')})$`;
}
