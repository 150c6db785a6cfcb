import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOneLine, parseStanzas, withSuite } from '../../tools/debian.js';
test('deb822 stanzas', () => {
    const text = `Types: deb
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/key.gpg

Types: deb-src
URIs: http://mirror.example/debian
Suites: bookworm

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
`;
    assert.deepEqual(parseStanzas(text), [
        {
            uri: 'http://mirror.example/debian',
            suites: ['bookworm', 'bookworm-updates'],
            signedBy: '/usr/share/keyrings/key.gpg',
        },
    ]);
});
test('one-line sources', () => {
    const text = `# deb http://off.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib
deb-src http://mirror.example/debian bookworm main
deb http://mirror.example/debian-security bookworm-security main
`;
    assert.deepEqual(parseOneLine(text), [
        { uri: 'http://mirror.example/debian', suites: ['bookworm'], signedBy: '/k.gpg' },
        { uri: 'http://mirror.example/debian-security', suites: ['bookworm-security'], signedBy: undefined },
    ]);
});
test('another suite is asked of the main archive, not of the security mirror', () => {
    const mirrors = parseOneLine('deb http://m/debian-security a main\ndeb http://m/debian a main\n');
    assert.deepEqual(withSuite(mirrors, 'trixie'), { uri: 'http://m/debian', suites: ['trixie'], signedBy: undefined });
});
