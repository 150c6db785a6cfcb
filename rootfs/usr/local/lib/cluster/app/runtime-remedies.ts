// What helps where an app's error says that it was written for something else than Node.

const fetchExport = 'write `export default { fetch }`, which Node runs here, too';

const remedies: readonly [message: RegExp, remedy: string][] = [
  [
    /\bBun is not defined|Cannot find (package|module) 'bun'|protocol 'bun:'/,
    `The API of Bun is not there in Node: in place of Bun.serve() ${fetchExport}.`,
  ],
  [
    /\bDeno is not defined|protocol '(jsr|npm|https?):'/,
    `The API of Deno and its imports are not there in Node: in place of Deno.serve() ${fetchExport}, and import packages by their names.`,
  ],
  [
    /\baddEventListener is not defined|protocol 'cloudflare:'/,
    `The API of Cloudflare's Workers is not there in Node: ${fetchExport}.`,
  ],
  [
    /\b(document|window|self|HTMLElement) is not defined/,
    'That is a file for browsers, it seems: name the file of the server (APP_MODULE).',
  ],
];

/** @param message of the error that ended the app @returns the message, with what helps where that is known */
export function withRemedy(message: string): string {
  const remedy = remedies.find(([pattern]) => pattern.test(message))?.[1];
  return remedy === undefined ? message : `${message.replace(/\.$/, '')}. ${remedy}`;
}
