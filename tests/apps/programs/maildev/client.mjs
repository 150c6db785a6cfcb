// A mail is sent by SMTP, read in the browser's API, and told to browsers as it comes.
import assert from 'node:assert/strict';
import { createTransport } from 'nodemailer';

const transport = createTransport({ host: '127.0.0.1', port: 1025, tls: { rejectUnauthorized: false } });
for (const subject of ['first', 'second']) {
  await transport.sendMail({
    from: 'a@example.org',
    to: 'b@example.org',
    subject,
    text: 'hello',
    attachments: [{ filename: 'x.bin', content: Buffer.alloc(500_000, 'x') }],
  });
}
const mails = await (await fetch('http://127.0.0.1:8080/api/emails')).json();
console.log(JSON.stringify(mails).slice(0, 500));
