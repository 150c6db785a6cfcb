// How a line of the access log is written, for people (text) and for machines (JSON).
import type { NginxContext } from './context.ts';
import { failureVariable } from './failures.ts';
import { lines, map } from './layout.ts';
import { requestId } from './request-id.ts';

/** @returns `log_format text`, or `log_format json` with what it needs */
export function logFormat(context: NginxContext, isText: boolean): string {
  if (isText) {
    return lines(
      map(failureVariable, '$failure_note', [
        ['default', `" (${failureVariable})"`],
        ['', '""'],
      ]),
      textFormat,
    );
  }
  return lines(
    map('$upstream_response_time', '$worker_duration', [
      ['default', 'null'],
      ['~(?<last_duration>[0-9.]+)$', '$last_duration'],
    ]),
    jsonFormat(context),
  );
}

const textFormat = `log_format text
  '$time_iso8601 $remote_addr $asked_method $host$path $status$failure_note \${body_bytes_sent}B \${request_time}s '
  'slot $slot id ${requestId} "$http_user_agent"';`;

function jsonFormat({ settings }: NginxContext): string {
  const { microCacheBytes, tlsCertificate } = settings;
  const fields = [
    `"time":"$time_iso8601","id":"${requestId}","client":"$remote_addr",`,
    `"method":"$asked_method","host":"$host","path":"$path",`,
    '"status":$status,"bytes":$body_bytes_sent,"duration":$request_time,',
    `"workerDuration":$worker_duration,"slot":$slot,"failure":"${failureVariable}",`,
    microCacheBytes > 0 && '"cache":"$upstream_cache_status",',
    tlsCertificate !== undefined && '"tls":"$ssl_protocol",',
    '"agent":"$http_user_agent"',
  ].filter((field) => field !== false);
  const rows = fields.map(
    (field, index) => `'${index === 0 ? '{' : ''}${field}${index === fields.length - 1 ? '}' : ''}'`,
  );
  return `# Durations in seconds: in all, and in the worker.\nlog_format json escape=json\n  ${rows.join('\n  ')};`;
}
