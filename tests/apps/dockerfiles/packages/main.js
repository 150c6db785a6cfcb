const { execFileSync } = require('node:child_process');

exports.handler = (_request, response) => {
  const version = execFileSync('pdftotext', ['-v'], { encoding: 'utf8', stdio: 'pipe' });
  response.end(JSON.stringify({ odd: version === '', user: process.getuid() }));
};
