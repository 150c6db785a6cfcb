// Settings that are right one by one, but not together, or not with what is on the disk.
import { findExpiry, findProblemOfPair } from './certificate.ts';
import type { Disk, Findings } from './findings.ts';
import { findProblemOfPasswords } from './password-file.ts';
import { describeReadError } from './problem-text.ts';
import { formatSetting, type Rule } from './rule.ts';
import { definitions, type Key, schema, type Values } from './schema.ts';
import { staticRules } from './static-conflicts.ts';

const rules: readonly Rule[] = [
  {
    of: ['drainDelayMs', 'stopTimeoutMs'],
    kind: 'problem',
    check: ({ drainDelayMs, stopTimeoutMs }) =>
      drainDelayMs >= stopTimeoutMs
        ? `${formatSetting('drainDelayMs', drainDelayMs)} must be shorter than ${formatSetting('stopTimeoutMs', stopTimeoutMs)}, of which it is a part. Write DRAIN_DELAY=${schema.drainDelayMs.type.format(Math.floor(stopTimeoutMs / 2))}, or a longer STOP_TIMEOUT.`
        : undefined,
  },
  {
    of: ['requestTimeoutMs', 'drainDelayMs', 'stopTimeoutMs'],
    kind: 'warning',
    check: ({ requestTimeoutMs, drainDelayMs, stopTimeoutMs }, isSet) =>
      isSet('requestTimeoutMs') && isSet('stopTimeoutMs') && requestTimeoutMs > stopTimeoutMs - drainDelayMs
        ? `${formatSetting('requestTimeoutMs', requestTimeoutMs)} is longer than a stop may take (${formatSetting('stopTimeoutMs', stopTimeoutMs)}): a stop can cut requests that would otherwise be answered.`
        : undefined,
  },
  {
    of: ['processStopTimeoutMs', 'stopTimeoutMs'],
    kind: 'problem',
    check: ({ processStopTimeoutMs, stopTimeoutMs }, isSet) =>
      isSet('processStopTimeoutMs') && processStopTimeoutMs >= stopTimeoutMs
        ? `${formatSetting('processStopTimeoutMs', processStopTimeoutMs)} must be shorter than ${formatSetting('stopTimeoutMs', stopTimeoutMs)}, of which it is a part. Write PROCESS_STOP_TIMEOUT=${schema.processStopTimeoutMs.type.format(Math.floor(stopTimeoutMs / 2))}, or a longer STOP_TIMEOUT.`
        : undefined,
  },
  ...staticRules,
  mustDiffer('port', 'port', 'adminPort', { remedy: anotherAdminPort }),
  {
    of: ['privatePath'],
    kind: 'problem',
    check: ({ privatePath }, _isSet, disk) =>
      privatePath !== undefined && !disk.isFolder(privatePath)
        ? `${formatSetting('privatePath', privatePath)}: there is no such folder. Create it in the image, or mount it there.`
        : undefined,
  },
  {
    of: ['errorPages'],
    kind: 'problem',
    check: ({ errorPages }, _isSet, disk) =>
      errorPages !== undefined && !disk.isFolder(errorPages)
        ? `${formatSetting('errorPages', errorPages)}: there is no such folder. Copy it into the image, with pages such as 404.html and 5xx.html.`
        : undefined,
  },
  {
    of: ['basicAuthFile'],
    kind: 'problem',
    check: ({ basicAuthFile }, _isSet, disk) => {
      if (basicAuthFile === undefined) return undefined;
      try {
        const problem = findProblemOfPasswords(disk.read(basicAuthFile));
        return problem && `${formatSetting('basicAuthFile', basicAuthFile)} ${problem}.`;
      } catch (error) {
        return `${formatSetting('basicAuthFile', basicAuthFile)} ${describeReadError(error)}`;
      }
    },
  },
  {
    of: ['nginx', 'maintenance'],
    kind: 'problem',
    check: ({ nginx, maintenance }) =>
      !nginx && maintenance
        ? `${formatSetting('maintenance', maintenance)} needs nginx, and NGINX=off. Leave one of them out.`
        : undefined,
  },
  {
    of: ['nginx', 'logFormat'],
    kind: 'problem',
    check: ({ nginx, logFormat }) =>
      !nginx && logFormat !== 'auto' && logFormat !== 'json'
        ? `${formatSetting('logFormat', logFormat)} is a format of the request lines of nginx, and NGINX=off. Write LOG_FORMAT=json, or leave one of them out.`
        : undefined,
  },
  {
    of: ['proxyProtocol', 'trustedProxies'],
    kind: 'problem',
    check: ({ proxyProtocol, trustedProxies }) =>
      proxyProtocol && trustedProxies.length === 0
        ? `${formatSetting('proxyProtocol', proxyProtocol)} needs TRUSTED_PROXIES: whose word about the client is believed? For example TRUSTED_PROXIES=private.`
        : undefined,
  },
  {
    of: ['microCacheBytes', 'stickySessions'],
    kind: 'warning',
    check: ({ microCacheBytes, stickySessions }) =>
      microCacheBytes > 0 && stickySessions === 'cookie'
        ? `${formatSetting('stickySessions', stickySessions)} gives every client a cookie, and MICRO_CACHE answers none that has one. Write STICKY_SESSIONS=ip or sid.`
        : undefined,
  },
  {
    of: ['tlsCertificate', 'tlsKey'],
    kind: 'problem',
    check: ({ tlsCertificate, tlsKey }) => {
      if ((tlsCertificate === undefined) === (tlsKey === undefined)) return undefined;
      const [given, missing] = tlsKey === undefined ? ['TLS_CERTIFICATE', 'TLS_KEY'] : ['TLS_KEY', 'TLS_CERTIFICATE'];
      return `${given} is set, but ${missing} is not: TLS needs both. For example ${missing}=${schema[tlsKey === undefined ? 'tlsKey' : 'tlsCertificate'].example}.`;
    },
  },
  {
    of: ['tlsCertificate', 'tlsKey'],
    kind: 'problem',
    check: (values, _isSet, disk) => {
      const files = readPair(values, disk);
      if (typeof files !== 'object') return files;
      const problem = findProblemOfPair(files.certificate, files.key);
      if (problem === undefined) return undefined;
      const name = problem.of === 'certificate' ? 'TLS_CERTIFICATE' : 'TLS_KEY';
      const path = problem.of === 'certificate' ? values.tlsCertificate : values.tlsKey;
      return `${name}=${path} ${problem.what}${problem.of === 'key' ? ` (TLS_CERTIFICATE=${values.tlsCertificate})` : ''}.`;
    },
  },
  {
    of: ['tlsCertificate', 'tlsKey'],
    kind: 'warning',
    check: (values, _isSet, disk) => {
      const files = readPair(values, disk);
      const expiry = typeof files === 'object' ? findExpiry(files.certificate, new Date()) : undefined;
      return expiry === undefined ? undefined : `TLS_CERTIFICATE=${values.tlsCertificate} ${expiry}`;
    },
  },
  mustDiffer('port', 'port', 'tlsPort', { onlyWith: 'tlsCertificate' }),
  mustDiffer('port', 'tlsPort', 'adminPort', { onlyWith: 'tlsCertificate', remedy: anotherAdminPort }),
  {
    of: ['appPort', 'adminPort', 'tlsPort', 'tlsCertificate'],
    kind: 'problem',
    check({ appPort, adminPort, tlsPort, tlsCertificate }) {
      if (appPort === undefined) return undefined;
      const others = [['adminPort', adminPort] as const, ...(tlsCertificate ? [['tlsPort', tlsPort] as const] : [])];
      const [key] = others.find(([, port]) => port === appPort) ?? [];
      return key === undefined
        ? undefined
        : `${formatSetting('appPort', appPort)} and ${formatSetting(key, appPort)} are the same port. APP_PORT is the port on which the app's own server listens. Give them different ones.`;
    },
  },
  {
    of: ['nginx', 'adminPort'],
    kind: 'problem',
    check: ({ nginx, adminPort }) =>
      !nginx && adminPort === 0
        ? `${formatSetting('nginx', nginx)} needs ADMIN_PORT, which then is the only one that tells whether the container is ready. Leave ADMIN_PORT=off out.`
        : undefined,
  },
  mustDiffer('path', 'healthPath', 'basePath'),
];

/**
 * A rule for two settings that may not have the same value.
 * @param what they both are
 * @param onlyWith a setting without which the rule does not apply
 */
function mustDiffer(
  what: 'port' | 'path',
  first: Key,
  second: Key,
  { onlyWith, remedy }: { onlyWith?: Key; remedy?: (values: Values) => string } = {},
): Rule {
  return {
    of: [first, second, ...(onlyWith === undefined ? [] : [onlyWith])],
    kind: 'problem',
    check(values) {
      const applies = onlyWith === undefined || values[onlyWith] !== undefined;
      if (!applies || values[first] !== values[second]) return undefined;
      const both = [first, second].map((key) => formatSetting(key, values[key]));
      return `${both.join(' and ')} are the same ${what}. ${remedy?.(values) ?? 'Give them different ones.'}`;
    },
  };
}

function anotherAdminPort({ port, tlsPort }: Values): string {
  const free = [9001, 9000, 9002].find((candidate) => candidate !== port && candidate !== tlsPort);
  return `Write ADMIN_PORT=${free}, or ADMIN_PORT=off.`;
}

/** @param isInvalid settings that are wrong by themselves @param isSet settings that the user has set */
export function findConflicts(
  values: Values,
  isInvalid: (key: Key) => boolean,
  isSet: (key: Key) => boolean,
  disk: Disk,
): Findings {
  const problems: string[] = [];
  const warnings: string[] = [];
  if (!values.nginx && !isInvalid('nginx')) problems.push(...findSettingsWithoutReader(isSet));
  for (const { of, kind, check } of rules) {
    const text = of.some(isInvalid) ? undefined : check(values, isSet, disk);
    if (text !== undefined) (kind === 'problem' ? problems : warnings).push(text);
  }
  return { problems, warnings };
}

/** @returns the two files, a problem where one cannot be read, or undefined without TLS */
function readPair(
  { tlsCertificate, tlsKey }: Values,
  disk: Disk,
): { readonly certificate: string; readonly key: string } | string | undefined {
  if (tlsCertificate === undefined || tlsKey === undefined) return undefined;
  const texts: string[] = [];
  for (const [name, path] of [
    ['TLS_CERTIFICATE', tlsCertificate],
    ['TLS_KEY', tlsKey],
  ] as const) {
    try {
      texts.push(disk.read(path));
    } catch (error) {
      return `${name}=${path} ${describeReadError(error)}`;
    }
  }
  const [certificate = '', key = ''] = texts;
  return { certificate, key };
}

/** A setting that only nginx reads has no effect where there is none. */
function findSettingsWithoutReader(isSet: (key: Key) => boolean): string[] {
  return definitions
    .filter(
      ([key, { readBy }]) => isSet(key) && readBy.includes('nginx') && readBy.every((reader) => reader === 'nginx'),
    )
    .map(([, { name }]) => `${name} is a setting of nginx, and NGINX=off. Leave one of them out.`);
}
