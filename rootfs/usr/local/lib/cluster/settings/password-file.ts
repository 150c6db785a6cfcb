// A file of user names and passwords, as htpasswd writes it and nginx reads it:
// https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html

/** What nginx and the C library of the image can check: apr1, SHA-1, MD5, bcrypt, SHA-2, yescrypt, DES. */
const hash = /^(\$(apr1|1|2[abxy]|5|6|7|y|gy)\$.+|\{(SHA|SSHA)\}[A-Za-z0-9+/]+=*|\{PLAIN\}.+|[./0-9A-Za-z]{13})$/;

/** @param text of the file @returns what is wrong with it, as the rest of a sentence; never a part of a line */
export function findProblemOfPasswords(text: string): string | undefined {
  if (text.includes('\r'))
    return 'has Windows line ends (CRLF), which nginx takes for a part of each password. Save it with LF';
  const lines = text.split('\n');
  const users = lines.filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (users.length === 0) return 'has no user in it. Create one: `htpasswd -nB NAME`';
  for (const [index, line] of lines.entries()) {
    if (!users.includes(line)) continue;
    const [name = '', password] = line.split(':');
    if (name === '' || password === undefined) return `has a line ${index + 1} that is not NAME:HASH`;
    if (!hash.test(password))
      return `has a password in line ${index + 1} that is not hashed, or in a way that nginx does not know. Create it: \`htpasswd -nB NAME\` or \`openssl passwd -apr1\``;
  }
  return undefined;
}
