// What an error page says, and of an app that does not respond, why: nginx has one code (502) for all that can go wrong between
// it and an upstream server. Everything here is evaluated for errors only.
import { runFolder } from '../../paths.ts';
import { lines, map } from './layout.ts';
import { duringMaintenance, maintenanceVariable } from './maintenance-mode.ts';
import { atLeastPattern } from './number-patterns.ts';
import { responseHeadBytes } from './proxying.ts';

/** Why the app did not respond: empty where it did, or where nginx did not ask it. For the log. */
export const failureVariable = '$failure';

const textOfCode = map('$status', '$error_text', [
  ['default', '"Error"'],
  ['400', '"Bad request"'],
  ['401', '"Sign in"'],
  ['403', '"Forbidden"'],
  ['404', '"Not found"'],
  ['405', '"Method not allowed"'],
  ['413', '"Too large"'],
  ['414', '"URL too long"'],
  ['416', '"No such range"'],
  ['429', '"Too many requests"'],
  ['431', '"Request headers too large"'],
  ['500', '"Internal error"'],
  ['502', '$text_of_502'],
  ['503', '$text_of_503'],
  ['504', '$text_of_504'],
]);

const textOf503 = map(maintenanceVariable, '$text_of_503', [
  ['default', '"Not available"'],
  ...duringMaintenance('"Down for maintenance"'),
]);

/** What an error page says. */
export const textOfStatus = lines(textOfCode, textOf503);

/** What the micro-cache puts before the head in the same buffer. */
const otherBytes = 2048;

/** The last of the servers that a request was passed to is a worker of ours. */
const isOurs = `~(unix:${runFolder}/[a-z0-9.-]+|app|slot_[0-9]+)$`;

/** @param maxHeaderBytes the setting NGINX_MAX_HEADER */
export function upstreamFailures(maxHeaderBytes: number): string {
  return lines(
    '# Why there was no response, by what nginx has measured with the last server that it asked: whether it has sent a head,',
    '# accepted the connection, sent anything at all, or as much as a head may have. Of other upstreams than the app: nothing.',
    map('$upstream_addr', '$text_of_502', [
      ['default', '"Bad gateway"'],
      [isOurs, '$text_of_failure'],
    ]),
    map('$upstream_addr', '$text_of_504', [
      ['default', '"Gateway timeout"'],
      [isOurs, '"The app did not answer in time"'],
    ]),
    map('$app_failure', '$text_of_failure', [
      ['default', '"The app does not answer"'],
      ['too-large', `"The app's response headers are too large"`],
      ['invalid', '"The app sent an invalid response"'],
    ]),
    '# In the page: as JSON, and in a sentence.',
    map(failureVariable, '$error_reason', [
      ['default', `',"reason":"${failureVariable}"'`],
      ['', '""'],
    ]),
    map(failureVariable, '$error_sentence', [
      ['default', '""'],
      ['refused', '"<p>It does not accept connections."'],
      ['closed', '"<p>It closed the connection without a response."'],
    ]),
    map('$status', failureVariable, [
      ['default', '""'],
      ['502', '$failure_of_502'],
      ['504', '$failure_of_504'],
    ]),
    map('$upstream_addr', '$failure_of_502', [
      ['default', 'other-upstream'],
      ['', '""'],
      [isOurs, '$app_failure'],
    ]),
    map('$upstream_addr', '$failure_of_504', [
      ['default', 'other-upstream'],
      ['', '""'],
      [isOurs, '$app_timeout'],
    ]),
    map('$upstream_header_time', '$app_timeout', [
      ['default', '""'],
      ['~-$', 'timeout'],
    ]),
    map('"$upstream_header_time;$upstream_connect_time;$upstream_bytes_received"', '$app_failure', [
      ['default', 'invalid'],
      // Of several servers, the last counts (`-, 0.001`), but one that accepted the connection before one that did not.
      ['~^[^;]*[0-9];', '""'],
      ['~;[-, :]*;[^;]*$', 'refused'],
      ['~[; ](0|-)$', 'closed'],
      [`~[; ]${atLeastPattern(responseHeadBytes(maxHeaderBytes) - otherBytes)}$`, 'too-large'],
    ]),
  );
}
