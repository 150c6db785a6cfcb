// Which security headers there are, and what they say: helmet's answer, asked once. Its middleware in the app would cost a
// hello-world worker 37 % of its throughput for the same strings.
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet, { type HelmetOptions } from 'helmet';

/** What helmet wants to hear before it leaves `default-src` out: a symbol, of its own in each copy of helmet. */
type NoDefaultSource = typeof helmet.contentSecurityPolicy.dangerouslyDisableDefaultSrc;

export type SecurityLevel = 'safe' | 'strict' | 'off';

/** As a client gets it. */
export type SecurityHeader = readonly [name: string, value: string];

/** helmet's own, no-referrer, has browsers send `Origin: null` with forms, which fails checks against forged requests. */
const referrerPolicy = { policy: 'strict-origin-when-cross-origin' } as const;

/**
 * By what real frameworks bear in a real browser: with helmet's full set Next, React Router and Nuxt never hydrate.
 * @param noDefaultSource of the copy of helmet that gets the options
 */
export function helmetOptions(
  level: Exclude<SecurityLevel, 'off'>,
  noDefaultSource: NoDefaultSource = helmet.contentSecurityPolicy.dangerouslyDisableDefaultSrc,
): HelmetOptions {
  switch (level) {
    case 'safe':
      return {
        referrerPolicy,
        contentSecurityPolicy: {
          useDefaults: false,
          directives: {
            defaultSrc: noDefaultSource,
            baseUri: ["'self'"],
            objectSrc: ["'self'"],
            frameAncestors: ["'self'"],
          },
        },
        // Sign-in pop-ups need their opener; other sites may show this one's images.
        crossOriginOpenerPolicy: false,
        crossOriginResourcePolicy: false,
      };
    case 'strict':
      return {
        referrerPolicy,
        contentSecurityPolicy: {
          directives: {
            // Frameworks start their pages with scripts in them, and pages have `onclick=`.
            scriptSrc: ["'self'", "'unsafe-inline'"],
            scriptSrcAttr: null,
            // Would turn every URL of a page that is served over HTTP into one that nobody answers.
            upgradeInsecureRequests: null,
          },
        },
        crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' },
      };
  }
}

/** @returns what helmet sets with the options of this level (1.7 ms, so it is asked at each start) */
export function securityHeadersOf(level: SecurityLevel): SecurityHeader[] {
  if (level === 'off') return [];
  const headers: SecurityHeader[] = [];
  const request = {} as IncomingMessage;
  const response = {
    setHeader: (name: string, value: string) => headers.push([name, value]),
    removeHeader: () => {},
  } as unknown as ServerResponse;
  // Not @fastify/helmet, which would need a Fastify to run in: 160 ms.
  helmet(helmetOptions(level))(request, response, (error) => {
    if (error !== undefined) throw error;
  });
  return headers;
}
