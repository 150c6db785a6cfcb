// What attackers, broken clients and other proxies send, byte by byte, and what it may mean. Sources of the kinds:
// RFC 9112 §2-7 and §11, https://portswigger.net/research/http-desync-attacks-request-smuggling-reborn,
// https://portswigger.net/research/http1-must-die, https://w4ke.info/2025/06/18/funky-chunks.html,
// https://github.com/narfindustries/http-garden, https://i.blackhat.com/us-18/Wed-August-8/us-18-Orange-Tsai-Breaking-Parser-Logic-Take-Your-Path-Normalization-Off-And-Pop-0days-Out-2.pdf

/** One connection: what the client sends on it at once. */
export interface Malformed {
  readonly name: string;
  readonly bytes: Buffer;
  /**
   * What the app sees of it, in its order: `METHOD target body-length`, with the method UPGRADE where it is asked for
   * another protocol. Nothing: it is refused.
   * A request is never half of one: each is answered, and nothing else is.
   */
  readonly meaning: readonly string[];
  /** After it the server closes the connection, or the client has nothing more to say: no request follows. */
  readonly isLast: boolean;
  /** It waits for more, which never comes: the client ends the connection. */
  readonly isIncomplete: boolean;
  /** HTTP/0.9: the answer is a body alone. */
  readonly isWithoutHead: boolean;
}

/** In each request, in the place of its own number. */
const anyCase = '/case-000';

/** The path that no app must ever be asked for. */
const anyHidden = '/smuggled-000';
const hidden = `GET ${anyHidden} HTTP/1.1\r\nHost: test\r\n\r\n`;

/** @returns paths of a request: of what it asks for, and of what it tries to smuggle in */
export function pathsOf(number: number): { asked: string; smuggled: string } {
  const digits = String(number).padStart(3, '0');
  return { asked: `/case-${digits}`, smuggled: `/smuggled-${digits}` };
}

type Options = Partial<Pick<Malformed, 'isLast' | 'isIncomplete' | 'isWithoutHead'>>;

const found: Malformed[] = [];

/** @param raw each character is a byte */
function add(name: string, raw: string, meaning: readonly string[], options: Options = {}): void {
  const { asked, smuggled } = pathsOf(found.length);
  const own = (text: string) => text.replaceAll(anyCase, asked).replaceAll(anyHidden, smuggled);
  found.push({
    name,
    bytes: Buffer.from(own(raw), 'latin1'),
    meaning: meaning.map(own),
    isLast: false,
    isIncomplete: false,
    isWithoutHead: false,
    ...options,
  });
}

function refused(name: string, raw: string, options: Options = {}): void {
  add(name, raw, [], options);
}

/** Lines with CRLF, an empty one after them, and the body. */
function message(lines: readonly string[], body = ''): string {
  return [...lines, '', body].join('\r\n');
}

function get(target: string, ...headers: string[]): string {
  return message([`GET ${target} HTTP/1.1`, 'Host: test', ...headers]);
}

function post(headers: readonly string[], body: string): string {
  return message([`POST ${anyCase} HTTP/1.1`, 'Host: test', ...headers], body);
}

const seenGet = [`GET ${anyCase} 0`];
const seenPost = (length: number) => [`POST ${anyCase} ${length}`];
const chunkedHidden = `0\r\n\r\n${hidden}`;

// --- Two lengths: CL.TE and TE.CL.

for (const [name, lengths] of Object.entries({
  'a length over all, and chunked': [`Content-Length: ${chunkedHidden.length}`, 'Transfer-Encoding: chunked'],
  'chunked, and a length over all': ['Transfer-Encoding: chunked', `Content-Length: ${chunkedHidden.length}`],
  'a length up to the hidden request, and chunked': ['Content-Length: 5', 'Transfer-Encoding: chunked'],
  'no length, and chunked': ['Content-Length: 0', 'Transfer-Encoding: chunked'],
  'lengths around chunked': ['Content-Length: 5', 'Transfer-Encoding: chunked', 'Content-Length: 5'],
  'a length, and chunked in capitals': ['Content-Length: 5', 'TRANSFER-ENCODING: CHUNKED'],
  'a length, and chunked twice': ['Content-Length: 5', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
  'a length, and another coding': ['Content-Length: 5', 'Transfer-Encoding: identity'],
  'a length, and a coding that is none': ['Content-Length: 5', 'Transfer-Encoding: x'],
})) {
  refused(`two lengths: ${name}`, post(lengths, chunkedHidden));
}
refused(
  'two lengths: TE.CL with the hidden request in the chunk',
  post(['Content-Length: 4', 'Transfer-Encoding: chunked'], `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`),
);
refused('two lengths: of a GET', get(anyCase, 'Content-Length: 5', 'Transfer-Encoding: chunked') + chunkedHidden);
refused(
  'two lengths: of HTTP/1.0',
  message([`POST ${anyCase} HTTP/1.0`, 'Host: test', 'Content-Length: 5', 'Transfer-Encoding: chunked'], chunkedHidden),
);

// --- Spellings of Transfer-Encoding that one server takes for chunked, and another one does not: TE.TE.

for (const [name, line] of Object.entries({
  'a space before the colon': 'Transfer-Encoding : chunked',
  'a tab before the colon': 'Transfer-Encoding\t: chunked',
  'a space before the name': ' Transfer-Encoding: chunked',
  'a tab before the value': 'Transfer-Encoding:\tchunked',
  'a vertical tab before the value': 'Transfer-Encoding: \x0bchunked',
  'a vertical tab after the value': 'Transfer-Encoding: chunked\x0b',
  'a form feed after the value': 'Transfer-Encoding: chunked\x0c',
  'a no-break space before the value': 'Transfer-Encoding: \xa0chunked',
  'NUL after the value': 'Transfer-Encoding: chunked\0',
  'NUL after the name': 'Transfer-Encoding\0: chunked',
  'a value on the next line': 'Transfer-Encoding:\r\n chunked',
  'a value that goes on on the next line': 'Transfer-Encoding: chunked\r\n , identity',
  'behind a bare CR': 'X: y\rTransfer-Encoding: chunked',
  'in quotes': 'Transfer-Encoding: "chunked"',
  'in apostrophes': "Transfer-Encoding: 'chunked'",
  'something before it': 'Transfer-Encoding: xchunked',
  'something after it': 'Transfer-Encoding: chunkedx',
  'another coding after it': 'Transfer-Encoding: chunked, identity',
  'another coding before it': 'Transfer-Encoding: identity, chunked',
  'compression before it': 'Transfer-Encoding: gzip, chunked',
  'itself again': 'Transfer-Encoding: chunked, chunked',
  'two lines of it': 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  'two lines, the first one another': 'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked',
  'two lines, the second one another': 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
  'a comma after it': 'Transfer-Encoding: chunked,',
  'a comma before it': 'Transfer-Encoding: ,chunked',
  'a parameter': 'Transfer-Encoding: chunked;q=1',
  'another coding alone': 'Transfer-Encoding: identity',
  'a value that is empty': 'Transfer-Encoding:',
})) {
  refused(`chunked? ${name}`, post([line], chunkedHidden));
}
add('chunked: in capitals', post(['TRANSFER-ENCODING: CHUNKED'], '5\r\nhello\r\n0\r\n\r\n'), seenPost(5));
add('chunked: without a space', post(['Transfer-Encoding:chunked'], '5\r\nhello\r\n0\r\n\r\n'), seenPost(5));
add('chunked: spaces after it', post(['Transfer-Encoding: chunked   '], '5\r\nhello\r\n0\r\n\r\n'), seenPost(5));
// CR CR LF ends a line for nginx. The app gets a length that nginx writes itself.
add('chunked: two CR after it', post(['Transfer-Encoding: chunked\r'], '5\r\nhello\r\n0\r\n\r\n'), seenPost(5));
add('chunked: behind a bare LF', post(['X: y\nTransfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n'), seenPost(5));
add('chunked: a GET', `${get(anyCase, 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`, [`GET ${anyCase} 5`]);
add(
  'chunked? with underscores it is no such header',
  post(['Transfer_Encoding: chunked', 'Content-Length: 5'], 'hello'),
  seenPost(5),
);
refused(
  'chunked? HTTP/1.0 has no such thing',
  message([`POST ${anyCase} HTTP/1.0`, 'Host: test', 'Transfer-Encoding: chunked'], chunkedHidden),
);

// --- Chunks.

const chunked = (body: string) => post(['Transfer-Encoding: chunked'], body);

for (const [name, body] of Object.entries({
  'a size with a sign': '+5\r\nhello\r\n0\r\n\r\n',
  'a negative size': '-5\r\nhello\r\n0\r\n\r\n',
  'a size with 0x': `0x5\r\nhello\r\n${chunkedHidden}`,
  'a size with an underscore': `5_0\r\nhello\r\n${chunkedHidden}`,
  'a size that is none': `g\r\n${chunkedHidden}`,
  'no size': `\r\n${chunkedHidden}`,
  'a size beyond 64 bits': `10000000000000005\r\nhello\r\n${chunkedHidden}`,
  'a size beyond 64 bits, of F': `FFFFFFFFFFFFFFFFF5\r\nhello\r\n${chunkedHidden}`,
  'a size of 2^63': `8000000000000000\r\nhello\r\n${chunkedHidden}`,
  'a bare CR after the size': `5\rhello\r\n${chunkedHidden}`,
  'two CR after the size': `5\r\r\nhello\r\n${chunkedHidden}`,
  'NUL after the size': `5\0\r\nhello\r\n${chunkedHidden}`,
  'more data than the size says': `3\r\nhello\r\n${chunkedHidden}`,
  'no line end after the data': `5\r\nhello${chunkedHidden}`,
  'two bytes for the line end after the data': `5\r\nhelloXX0\r\n\r\n${hidden}`,
  'a bare CR after the data': `5\r\nhello\r${chunkedHidden}`,
  'a space before the size': ` 5\r\nhello\r\n${chunkedHidden}`,
  'a negative last size': `5\r\nhello\r\n-0\r\n\r\n${hidden}`,
})) {
  refused(`chunks: ${name}`, chunked(body));
}
for (const [name, body] of Object.entries({
  'zeros before the size': '0000000000000005\r\nhello\r\n0\r\n\r\n',
  'several zeros at the end': '5\r\nhello\r\n000\r\n\r\n',
  'an extension': '5;name=value\r\nhello\r\n0\r\n\r\n',
  'an extension in quotes': '5;name="\\"value;"\r\nhello\r\n0\r\n\r\n',
  'an extension of the last one': '5\r\nhello\r\n0;name=value\r\n\r\n',
  'a hidden request in an extension': `5;${hidden.replaceAll('\r\n', ' ')}\r\nhello\r\n0\r\n\r\n`,
  'an empty extension': '5;\r\nhello\r\n0\r\n\r\n',
  'a space after the size': '5 \r\nhello\r\n0\r\n\r\n',
  'bare LF': '5\nhello\n0\n\n',
  'a bare LF after an extension': '5;name\nhello\r\n0\r\n\r\n',
  'a trailer that claims an address': '5\r\nhello\r\n0\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n',
  'a trailer that is a length': '5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n',
  'a trailer that is a coding': '5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n',
  'a hidden request as trailer': `5\r\nhello\r\n0\r\n${hidden}`,
})) {
  add(`chunks: ${name}`, chunked(body), seenPost(5));
}
add(
  'chunks: a hidden request in one',
  chunked(`${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`),
  seenPost(hidden.length),
);
refused('chunks: the last one is missing', chunked('5\r\nhello\r\n'), { isIncomplete: true });
refused('chunks: the end after the last one is missing', chunked('5\r\nhello\r\n0\r\n'), { isIncomplete: true });

// --- Content-Length.

for (const [name, lines] of Object.entries({
  'two that differ': ['Content-Length: 5', `Content-Length: ${5 + hidden.length}`],
  'two that are the same': ['Content-Length: 5', 'Content-Length: 5'],
  'three, the last one 0': ['Content-Length: 5', 'Content-Length: 5', 'Content-Length: 0'],
  'two in one': ['Content-Length: 5, 5'],
  'two that differ, in one': [`Content-Length: 5, ${5 + hidden.length}`],
  'a sign': ['Content-Length: +5'],
  'a negative one': ['Content-Length: -5'],
  'a space within': ['Content-Length: 5 5'],
  hexadecimal: ['Content-Length: 0x5'],
  'a point': ['Content-Length: 5.0'],
  'an exponent': ['Content-Length: 5e0'],
  'an underscore': ['Content-Length: 1_0'],
  'a semicolon': ['Content-Length: 5;'],
  'a comma': ['Content-Length: 5,'],
  'a word': ['Content-Length: five'],
  'in quotes': ['Content-Length: "5"'],
  'digits of another script': ['Content-Length: \xd9\xa5'],
  nothing: ['Content-Length:'],
  'beyond 64 bits': ['Content-Length: 18446744073709551621'],
  'NUL after it': ['Content-Length: 5\0'],
  'a tab before it': ['Content-Length:\t5'],
  'a tab after it': ['Content-Length: 5\t'],
  'a vertical tab before it': ['Content-Length: \x0b5'],
  'a space before the colon': ['Content-Length : 5'],
  'a space before the name': [' Content-Length: 5'],
  'on the next line': ['Content-Length:\r\n 5'],
  'that goes on on the next line': ['Content-Length: 5\r\n 5'],
})) {
  refused(`length: ${name}`, post(lines, `hello${hidden}`));
}
add('length: two CR after it', post(['Content-Length: 5\r'], 'hello'), seenPost(5));
add('length: zeros before it', post(['Content-Length: 0005'], 'hello'), seenPost(5));
add('length: spaces around it', post(['Content-Length:   5   '], 'hello'), seenPost(5));
add(
  'length: with an underscore it is no such header',
  post(['Content_Length: 50', 'Content-Length: 5'], 'hello'),
  seenPost(5),
);
add('length: a GET with a body', `${get(anyCase, 'Content-Length: 5')}hello`, [`GET ${anyCase} 5`]);
refused('length: more than it may be', post(['Content-Length: 99999999999'], hidden), { isIncomplete: true });
refused('length: more than comes', post(['Content-Length: 500'], 'hello'), { isIncomplete: true });

// --- Requests hidden where they are data.

const hiddenLength = `Content-Length: ${hidden.length}`;
for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'OPTIONS', 'PROPFIND']) {
  add(
    `hidden: in the body of ${method}`,
    message([`${method} ${anyCase} HTTP/1.1`, 'Host: test', hiddenLength], hidden),
    [`${method} ${anyCase} ${hidden.length}`],
  );
}
add(
  'hidden: in the body of HEAD',
  message([`HEAD ${anyCase} HTTP/1.1`, 'Host: test', hiddenLength, 'Connection: close'], hidden),
  [`HEAD ${anyCase} ${hidden.length}`],
  { isLast: true },
);
add('hidden: in a query', get(`${anyCase}?${encodeURIComponent(hidden)}`), [
  `GET ${anyCase}?${encodeURIComponent(hidden)} 0`,
]);
add('hidden: behind encoded line ends', get(`${anyCase}%20HTTP/1.1%0d%0aHost:%20test%0d%0a%0d%0aGET%20${anyHidden}`), [
  `GET ${anyCase}%20HTTP/1.1%0d%0aHost:%20test%0d%0a%0d%0aGET%20${anyHidden} 0`,
]);
add('hidden: behind Connection: close', get(anyCase, 'Connection: close') + hidden, seenGet, { isLast: true });
add('hidden: behind HTTP/1.0', message([`GET ${anyCase} HTTP/1.0`, 'Host: test'], hidden), seenGet, { isLast: true });
refused('hidden: behind HTTP/0.9', `GET ${anyCase}\r\n${hidden}`, { isLast: true, isWithoutHead: true });
refused('hidden: behind a request that is malformed', get(anyCase, 'a b: c') + hidden);
add('hidden: two requests that are not', get(anyCase) + get(`${anyCase}?2`), [...seenGet, `GET ${anyCase}?2 0`]);
add(
  'hidden: 50 requests that are not',
  Array.from({ length: 50 }, (_, index) => get(`${anyCase}?${index}`)).join(''),
  Array.from({ length: 50 }, (_, index) => `GET ${anyCase}?${index} 0`),
);
add('hidden: a request behind a body', post(['Content-Length: 5'], 'hello') + get(`${anyCase}?2`), [
  ...seenPost(5),
  `GET ${anyCase}?2 0`,
]);
add('hidden: the end of a request on an open line', post(['Content-Length: 8'], 'hello=\r\n') + get(`${anyCase}?2`), [
  ...seenPost(8),
  `GET ${anyCase}?2 0`,
]);

// --- Line ends.

add('lines: bare LF', `GET ${anyCase} HTTP/1.1\nHost: test\n\n`, seenGet);
add('lines: bare LF after the first', `GET ${anyCase} HTTP/1.1\nHost: test\r\n\r\n`, seenGet);
add('lines: bare LF at the end', `GET ${anyCase} HTTP/1.1\r\nHost: test\r\n\n`, seenGet);
add('lines: empty ones before', `\r\n\r\n${get(anyCase)}`, seenGet);
add('lines: empty ones of LF before', `\n\n${get(anyCase)}`, seenGet);
for (const [name, raw] of Object.entries({
  'bare CR': `GET ${anyCase} HTTP/1.1\rHost: test\r\r`,
  'bare CR after the first': `GET ${anyCase} HTTP/1.1\rHost: test\r\n\r\n`,
  'bare CR between headers': get(anyCase, 'A: b\rC: d'),
  'LF and CR': `GET ${anyCase} HTTP/1.1\n\rHost: test\n\r\n\r`,
  'a space before': ` ${get(anyCase)}`,
  'a tab before': `\t${get(anyCase)}`,
  'NUL before': `\0${get(anyCase)}`,
  'a byte order mark before': `\xef\xbb\xbf${get(anyCase)}`,
  'a folded one': get(anyCase, 'A: b', ' c'),
  'one folded by a tab': get(anyCase, 'A: b', '\tc'),
  'the first one folded': message([`GET ${anyCase} HTTP/1.1`, ' Host: test', 'Host: test']),
  'a folded one that hides a header': get(anyCase, 'A: b', ' X-Forwarded-For: 203.0.113.7'),
  'one of a space': get(anyCase, ' '),
})) {
  refused(`lines: ${name}`, raw, { isIncomplete: name === 'bare CR' });
}
refused('lines: none', '', { isIncomplete: true });
refused('lines: only empty ones', '\r\n\r\n', { isIncomplete: true });
refused('lines: half of the first', `GET ${anyCase}`, { isIncomplete: true });
refused('lines: no empty one', `GET ${anyCase} HTTP/1.1\r\nHost: test\r\n`, { isIncomplete: true });

// --- Control characters, in each place.

for (const [name, code] of Object.entries({ NUL: 0, SOH: 1, BS: 8, VT: 11, FF: 12, ESC: 27, DEL: 127 })) {
  const character = String.fromCharCode(code);
  refused(`${name} in a header's name`, get(anyCase, `A${character}b: c`));
  refused(`${name} in a header's value`, get(anyCase, `A: b${character}c`));
  refused(`${name} in the target`, get(`${anyCase}${character}`));
  refused(`${name} in the method`, message([`GE${character}T ${anyCase} HTTP/1.1`, 'Host: test']));
  refused(`${name} in the version`, message([`GET ${anyCase} HTTP/1.1${character}`, 'Host: test']));
}

// --- Names and values.

for (const [name, line] of Object.entries({
  'no name': ': value',
  'only a colon': ':',
  'a space in the name': 'a b: c',
  'a space before the colon': 'X-Forwarded-For : 203.0.113.7',
})) {
  refused(`header: ${name}`, get(anyCase, line));
}
// Names that no header may have are no headers: nginx leaves them out (ignore_invalid_headers).
for (const name of ['a(b', 'a/b', 'a"b', 'a{b', 'a@b', 'a,b', 'a=b', 'a\xe9b', 'a_b', 'a.b', '"', '\xff']) {
  add(`header: ${name} as its name`, get(anyCase, `${name}: value`), seenGet);
}
add('header: no colon', get(anyCase, 'nonsense'), seenGet);
add('header: no value', get(anyCase, 'A:'), seenGet);
add('header: UTF-8 in the value', get(anyCase, 'A: \xe2\x82\xac'), seenGet);
add('header: no UTF-8 in the value', get(anyCase, 'A: \xff\xfe'), seenGet);
add('header: the same one 50 times', get(anyCase, ...Array.from({ length: 50 }, () => 'A: b')), seenGet);

// --- Huge.

add('huge: a target of 7 kB', get(`${anyCase}?${'x'.repeat(7000)}`), [`GET ${anyCase}?${'x'.repeat(7000)} 0`]);
refused('huge: a target of 20 kB', get(`${anyCase}?${'x'.repeat(20_000)}`));
refused('huge: a target of 100 kB', get(`${anyCase}?${'x'.repeat(100_000)}`));
add('huge: a header of 7 kB', get(anyCase, `A: ${'x'.repeat(7000)}`), seenGet);
refused('huge: a header of 20 kB', get(anyCase, `A: ${'x'.repeat(20_000)}`));
refused('huge: a header of 1 MB', get(anyCase, `A: ${'x'.repeat(1_000_000)}`));
refused('huge: a name of 20 kB', get(anyCase, `${'x'.repeat(20_000)}: a`));
add('huge: headers of 24 kB', get(anyCase, ...['A', 'B', 'C'].map((name) => `${name}: ${'x'.repeat(7900)}`)), seenGet);
refused('huge: headers of 40 kB', get(anyCase, ...Array.from('ABCDE', (name) => `${name}: ${'x'.repeat(7900)}`)));
add('huge: 900 headers', get(anyCase, ...Array.from({ length: 900 }, (_, index) => `A${index}: b`)), seenGet);
refused('huge: 2,000 headers', get(anyCase, ...Array.from({ length: 2000 }, (_, index) => `A${index}: b`)));
refused('huge: 10,000 headers', get(anyCase, ...Array.from({ length: 10_000 }, () => 'A: b')));
refused('huge: a method', message([`${'G'.repeat(9000)} ${anyCase} HTTP/1.1`, 'Host: test']));
refused('huge: a version', message([`GET ${anyCase} HTTP/1.${'1'.repeat(9000)}`, 'Host: test']));
refused('huge: 100,000 spaces', message([`GET ${' '.repeat(100_000)}${anyCase} HTTP/1.1`, 'Host: test']));
refused('huge: a Host', message([`GET ${anyCase} HTTP/1.1`, `Host: ${'x'.repeat(9000)}`]));

// --- Which host.

const withHost = (...lines: string[]) => message([`GET ${anyCase} HTTP/1.1`, ...lines]);
for (const [name, lines] of Object.entries({
  none: [],
  nothing: ['Host:'],
  two: ['Host: test', 'Host: other'],
  'the same one twice': ['Host: test', 'Host: test'],
  'one before and one after': ['Host: test', 'A: b', 'host: other'],
  'a space before the colon': ['Host : test'],
  'a space in it': ['Host: te st'],
  'two in one': ['Host: test, other'],
  'a slash': ['Host: test/path'],
  'a path behind a port': ['Host: test:80/path'],
  'a URL': ['Host: http://test/'],
  'a user': ['Host: user@test'],
  'a user with a port': ['Host: test:80@other'],
  'a backslash': ['Host: test\\other'],
  'a question mark': ['Host: test?x'],
  'a fragment': ['Host: test#x'],
  'a port that is a word': ['Host: test:port'],
  'two ports': ['Host: test:80:81'],
  'half an IPv6 address': ['Host: [::1'],
  'text behind an IPv6 address': ['Host: [::1]x'],
  'a tab': ['Host: te\tst'],
  NUL: ['Host: test\0other'],
  'a quote': ['Host: "test"'],
  markup: ['Host: <script>'],
  'on the next line': ['Host:\r\n test'],
  dots: ['Host: ..'],
  'dots within': ['Host: te..st'],
  'not ASCII': ['Host: t\xe9st'],
  'control characters': ['Host: te\x01st'],
  'a wildcard': ['Host: *'],
})) {
  refused(`host: ${name}`, withHost(...lines));
}
for (const host of ['test:8080', 'TEST', 'test.', '127.0.0.1', '[::1]', '[::1]:8080', 'xn--bcher-kva.example']) {
  add(`host: ${host}`, withHost(`Host: ${host}`), seenGet);
}

// --- Forms of the target.

add('form: absolute', get(`http://test${anyCase}`), seenGet);
add('form: absolute, of another host', get(`http://other${anyCase}`), seenGet);
add('form: absolute, of another host with a port', get(`http://other:81${anyCase}`), seenGet);
add('form: absolute, in capitals', get(`HTTP://TEST${anyCase}`), seenGet);
for (const [name, raw] of Object.entries({
  'absolute, without a Host': message([`GET http://test${anyCase} HTTP/1.1`]),
  'absolute, with a user': get(`http://user@test${anyCase}`),
  'absolute, without a host': get(`http://${anyCase}`),
  'absolute, with one slash': get(`http:/test${anyCase}`),
  'absolute, with backslashes': get(`http:\\\\test${anyCase}`),
  authority: message(['GET test:80 HTTP/1.1', 'Host: test']),
  'asterisk, of GET': get('*'),
  'no slash': get(anyCase.slice(1)),
  'a query alone': get(`?${anyCase}`),
  none: message(['GET  HTTP/1.1', 'Host: test']),
  'a space in it': get(`${anyCase} x`),
  'a space in its query': get(`${anyCase}?a b`),
  'a tab behind it': message([`GET ${anyCase}\tHTTP/1.1`, 'Host: test']),
  CONNECT: message(['CONNECT test:80 HTTP/1.1', 'Host: test:80'], hidden),
  'CONNECT to a path': message([`CONNECT ${anyCase} HTTP/1.1`, 'Host: test'], hidden),
})) {
  refused(`form: ${name}`, raw);
}

// --- Methods.

for (const method of ['TRACE', 'TRACK', 'get', 'Get', 'GET,POST', 'PRI', 'BREW', 'G@T', '"GET"', '123', '']) {
  refused(`method: ${method || 'none'}`, message([`${method} ${anyCase} HTTP/1.1`, 'Host: test']));
}
for (const method of ['OPTIONS', 'PROPFIND', 'M-SEARCH', 'PURGE', 'QUERY']) {
  add(`method: ${method}`, message([`${method} ${anyCase} HTTP/1.1`, 'Host: test']), [`${method} ${anyCase} 0`]);
}

// --- Versions, and other protocols.

for (const version of [
  'HTTP/2.0',
  'HTTP/3',
  'HTTP/9.9',
  'HTTP/0.9',
  'HTTP/1',
  'HTTP/1.',
  'HTTP/.1',
  'HTTP/11.1',
  'HTTP/1.1.1',
  'HTTP/1.1x',
  'HTTP/-1.1',
  'http/1.1',
  'HTTPS/1.1',
  'ICY/1.1',
  'HTTP 1.1',
  'HTTP/1.1 HTTP/1.1',
]) {
  refused(`version: ${version}`, message([`GET ${anyCase} ${version}`, 'Host: test']));
}
add('version: HTTP/1.0', message([`GET ${anyCase} HTTP/1.0`, 'Host: test']), seenGet, { isLast: true });
add(
  'version: HTTP/1.0 with keep-alive',
  message([`GET ${anyCase} HTTP/1.0`, 'Host: test', 'Connection: keep-alive']),
  seenGet,
);
add('version: HTTP/1.0 without a Host', message([`GET ${anyCase} HTTP/1.0`]), seenGet, { isLast: true });
refused('version: HTTP/0.9, by leaving it out', `GET ${anyCase}\r\n`, { isLast: true, isWithoutHead: true });
refused('protocol: the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', { isLast: true });
refused('protocol: TLS', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', { isLast: true });
refused('protocol: PROXY', `PROXY TCP4 203.0.113.7 203.0.113.8 1 80\r\n${get(anyCase)}`);
refused('protocol: PROXY, version 2', `\r\n\r\n\0\r\nQUIT\n!\x11\0\x0c${get(anyCase)}`);
refused('protocol: SSH', 'SSH-2.0-OpenSSH_9.9\r\n', { isLast: true });
refused('protocol: SMTP', 'EHLO test\r\n', { isLast: true });
refused('protocol: bytes', '\xde\xad\xbe\xef'.repeat(64), { isIncomplete: true });

// --- Targets that mean one thing to one server and another one to the next. The app gets them as they were sent.

for (const target of [
  `${anyCase}/%2e%2e/x`,
  `${anyCase}/../x`,
  `${anyCase}/./x`,
  `${anyCase}/..;/x`,
  `${anyCase}/.;/x`,
  `${anyCase};a=b/x`,
  `${anyCase};/../x`,
  `//test${anyCase}`,
  `//${anyCase.slice(1)}//x`,
  `/.${anyCase}`,
  `${anyCase}/.env`,
  `${anyCase}/.git/config`,
  `${anyCase}%2fx`,
  `${anyCase}%2F..%2Fx`,
  `${anyCase}/..%2fx`,
  `${anyCase}%5c..%5cx`,
  `${anyCase}/..\\x`,
  `${anyCase}\\x`,
  `${anyCase}%252e%252e%252fx`,
  `${anyCase}%0d%0aX-Forwarded-For:%20203.0.113.7`,
  `${anyCase}%0a%09x`,
  `${anyCase}%3fx=y`,
  `${anyCase}%23x`,
  `${anyCase}?/../x`,
  `${anyCase}?%00`,
  `${anyCase}?a=%`,
  `${anyCase}?#x`,
  `${anyCase}#x`,
  `${anyCase}%c0%ae%c0%ae/x`,
  `${anyCase}%e0%80%ae/x`,
  `${anyCase}%c0%af..%c0%afx`,
  `${anyCase}%ff`,
  `${anyCase}/"<>|^\`{}`,
  `${anyCase}/*`,
  `${anyCase}/$(id)`,
  `${anyCase}/$host`,
  `${anyCase}/\${jndi:ldap://test/a}`,
  `${anyCase}/:80`,
  `${anyCase}/http://other/x`,
]) {
  add(`target: ${target}`, get(target), [`GET ${target} 0`]);
}
for (const target of [
  `/..${anyCase}`,
  `/../..${anyCase}`,
  `/%2e%2e${anyCase}`,
  `/.%2e${anyCase}`,
  `/%2e%2e%2f${anyCase.slice(1)}`,
  `/x/../..${anyCase}`,
  `/x/..//../..${anyCase}`,
  `${anyCase}%00`,
  `${anyCase}%00.html`,
  `${anyCase}%`,
  `${anyCase}%2`,
  `${anyCase}%zz`,
  `${anyCase}%u002e%u002e/x`,
  `${anyCase}%-1`,
  // Bytes that had to be encoded: Node refuses them.
  `${anyCase}/\xc3\xa9`,
  `${anyCase}/\xe2\x82\xac`,
  `${anyCase}/\xc0\xae\xc0\xae/x`,
  `${anyCase}/\xff`,
]) {
  refused(`target: ${target}`, get(target));
}

// --- Expect.

const expecting = (value: string) => post([`Expect: ${value}`, hiddenLength], hidden);
for (const value of ['100-continue', '100-CONTINUE', '200-ok', '100-continue, x', 'x', '']) {
  add(`expect: ${value || 'nothing'}`, expecting(value), seenPost(hidden.length));
}
refused('expect: twice', expecting('100-continue\r\nExpect: 100-continue'));
add('expect: of a GET without a body', get(anyCase, 'Expect: 100-continue'), seenGet);
add(
  'expect: with chunks',
  post(['Expect: 100-continue', 'Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n'),
  seenPost(5),
);
refused(
  'expect: of HTTP/1.0, with a length that never comes',
  message([`POST ${anyCase} HTTP/1.0`, 'Host: test', 'Expect: 100-continue', 'Content-Length: 5']),
  { isIncomplete: true },
);

// --- Connection, and what it names.

for (const name of [
  'X-Forwarded-For',
  'X-Forwarded-Proto',
  'X-Real-IP',
  'X-Request-Id',
  'Host',
  'Content-Length',
  'Transfer-Encoding',
  'Cookie',
  'Authorization',
  'keep-alive, X-Forwarded-For',
  'Connection',
  ',,,',
  'x y',
  'upgrade',
]) {
  add(`connection: ${name}`, get(anyCase, `Connection: ${name}`, 'Cookie: a=b', 'Authorization: Basic YTpi'), seenGet);
}
add(
  'connection: names the length of a body',
  post(['Connection: Content-Length', hiddenLength], hidden),
  seenPost(hidden.length),
);
add('connection: Keep-Alive', get(anyCase, 'Keep-Alive: timeout=1, max=1', 'Connection: keep-alive'), seenGet);
add('connection: Proxy-Connection', get(anyCase, 'Proxy-Connection: close'), seenGet);
add('connection: TE', get(anyCase, 'TE: trailers, chunked', 'Connection: TE'), seenGet);
add('connection: Trailer', get(anyCase, 'Trailer: X-Forwarded-For'), seenGet);
add('connection: Proxy-Authorization', get(anyCase, 'Proxy-Authorization: Basic YTpi'), seenGet);

// --- Upgrade. The app is asked for one, and refuses; but none to HTTP/2, which would be a tunnel past nginx.

for (const protocol of ['h2c', 'H2C', 'h2c, websocket', 'websocket, h2c']) {
  const settings = 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA';
  const headers = ['Connection: Upgrade, HTTP2-Settings', `Upgrade: ${protocol}`, settings];
  add(`upgrade: ${protocol}`, get(anyCase, ...headers), seenGet);
}
for (const protocol of ['TLS/1.0', 'x']) {
  const headers = ['Connection: Upgrade', `Upgrade: ${protocol}`];
  add(`upgrade: ${protocol}`, get(anyCase, ...headers), [`UPGRADE ${anyCase} 0`]);
}
add(
  'upgrade: h2c with a request in the body',
  post(['Connection: Upgrade', 'Upgrade: h2c', hiddenLength], hidden),
  seenPost(hidden.length),
);
add(
  'upgrade: a WebSocket of a version that there is not, and a request behind it',
  get(anyCase, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 777') + get(`${anyCase}?2`),
  [`UPGRADE ${anyCase} 0`, `GET ${anyCase}?2 0`],
);
add(
  'upgrade: a WebSocket with a request in the body',
  post(['Connection: Upgrade', 'Upgrade: websocket', hiddenLength], hidden),
  [`UPGRADE ${anyCase} 0`],
);
add('upgrade: without Connection', get(anyCase, 'Upgrade: h2c'), seenGet);
add('upgrade: Connection alone', get(anyCase, 'Connection: upgrade'), seenGet);

// --- Headers with which a client claims to be another: what the app finds in their place is asked of every request.

for (const [name, lines] of Object.entries({
  'each of them': [
    'X-Forwarded-For: 203.0.113.7',
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Port: 1',
    'X-Forwarded-Proto: https',
    'X-Real-IP: 203.0.113.7',
    'X-Request-Id: 203.0.113.7"}{',
    'Forwarded: for=203.0.113.7;proto=https;host=evil.example',
  ],
  'each of them twice': [
    'X-Forwarded-For: 203.0.113.7',
    'X-Forwarded-For: 203.0.113.7',
    'X-Real-IP: 203.0.113.7',
    'X-Real-IP: 203.0.113.7',
    'Forwarded: for=203.0.113.7',
    'Forwarded: for=203.0.113.7',
  ],
  'in small letters': ['x-forwarded-for: 203.0.113.7', 'x-real-ip: 203.0.113.7', 'forwarded: for=203.0.113.7'],
  'with underscores': [
    'X_Forwarded_For: 203.0.113.7',
    'X_Forwarded-For: 203.0.113.7',
    'X-Forwarded_For: 203.0.113.7',
    'X_Real_IP: 203.0.113.7',
  ],
  empty: ['X-Forwarded-For:', 'X-Real-IP:', 'X-Request-Id:'],
  'named by Connection': ['Connection: close, X-Forwarded-For, X-Real-IP', 'X-Forwarded-For: 203.0.113.7'],
})) {
  add(`claim: ${name}`, get(anyCase, ...lines), seenGet, { isLast: name.includes('Connection') });
}

/** All of them. */
export const malformedRequests: readonly Malformed[] = found;
