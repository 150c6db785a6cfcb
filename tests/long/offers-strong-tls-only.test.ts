// testssl.sh looks at the protocols, ciphers and known weaknesses of the port for HTTPS. https://testssl.sh
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from '../image/support/container.ts';
import { verify } from '../image/support/verifiers.ts';
import { makeCertificate } from '../support/certificate.ts';

interface Finding {
  id: string;
  severity: string;
  finding: string;
}

const report = '/tmp/report.json';
// Not what it says of the certificate, which is the test's own.
const checks = '--protocols --std --server-preference --fs --vulnerable --headers';
const options = `--quiet --color 0 --warnings off --nodns none --jsonfile ${report}`;

/** What it finds that is meant to be so. */
const accepted: Record<string, string> = {
  engine_problem: "about the tool's own OpenSSL",
  BREACH: 'compression of pages is worth more; an app with secrets in them mixes something random in, or turns it off',
};

test('testssl.sh finds nothing', async (t) => {
  const { certificate, key } = makeCertificate('localhost');
  const container = await serve(t, {
    files: {
      '/app/main.cjs': "require('node:http').createServer((request, response) => response.end('here')).listen(3000);",
      '/run/tls/tls.crt': certificate,
      '/run/tls/tls.key': key,
    },
    environment: { TLS_CERTIFICATE: '/run/tls/tls.crt', TLS_KEY: '/run/tls/tls.key' },
  });
  const script = `testssl ${options} ${checks} https://127.0.0.1:8443 >/dev/null 2>&1; cat ${report}`;
  const { output } = await verify(t, container, ['sh', '-c', script]);
  const findings: Finding[] = JSON.parse(output.slice(output.indexOf('[')));

  const offered = new Map(findings.map(({ id, finding }) => [id, finding]));
  assert.match(offered.get('TLS1_3') ?? '', /^offered/);
  assert.match(offered.get('TLS1_2') ?? '', /^offered/);
  for (const old of ['SSLv2', 'SSLv3', 'TLS1', 'TLS1_1']) assert.equal(offered.get(old), 'not offered', old);
  assert.ok(findings.length > 50, `only ${findings.length} findings`);
  const bad = findings.filter(({ id, severity }) => !['OK', 'INFO'].includes(severity) && !(id in accepted));
  assert.deepEqual(bad, []);
});
