// Code is told from comments, texts and regular expressions.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are sources of other programs
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { codeOf, mentionsListen, withoutComments } from '../../rootfs/usr/local/lib/cluster/app/javascript-source.ts';
import { projectRoot } from '../../tools/paths.ts';

const listens: Record<string, string> = {
  'a call': 'app.listen(3000)',
  'a call on a line of its own': 'http.createServer(app)\n  .listen(3000);',
  'an optional call': 'server?.listen(3000)',
  'a call with blanks': 'server . listen (3000)',
  'a call after a comment': '/* start */ server.listen(3000) // here',
  'a call after a regular expression with a quote': 'const quote = /[\'"`]/; server.listen(1)',
  'a call after a division': 'const half = a / 2; server.listen(half / 1)',
  'a call in a template’s expression': 'const s = `x ${server.listen(1)} y`',
  'a call after a template in a template': 'const s = `x ${a ? `}${b}` : "`"} y`; server.listen(1)',
  'a call after an apostrophe in JSX': "const page = <p>Don't</p>;\nserver.listen(1)",
  'a method that is handed on': 'await promisify(server.listen).call(server, 3000)',
  'a bound method': 'const go = server.listen.bind(server)',
  'a name in brackets': "server['listen'](3000)",
};
for (const [what, source] of Object.entries(listens)) {
  test(`${what} of listen() counts`, () => assert.equal(mentionsListen(source), true));
}

const doesNot: Record<string, string> = {
  'a comment of a line': '// app.listen(3000)\nexport const handler = 1',
  'a comment of several lines': '/*\n * app.listen(3000)\n */',
  'a comment that does not end': '/* app.listen(3000)',
  'a text': 'const s = "app.listen(3000)"; const t = \'app.listen(3000)\'',
  'a text with quotes in it': "const s = 'it\\'s app.listen(3000)'",
  'a template': 'const s = `\napp.listen(3000)\n${name} .listen( `',
  'a regular expression': 'const r = /.listen(3000)/; if (/[/]app.listen(/.test(x)) y()',
  'a regular expression after return': 'return /app.listen(3000)/',
  'another name': 'app.listening(); app.listenOnce(1); listen(3000); relisten.x()',
  'a property that is set': 'const server = { }; server.listen = () => {};',
  'a name in brackets in a comment': "// server['listen'](3000)",
};
for (const [what, source] of Object.entries(doesNot)) {
  test(`${what} does not`, () => assert.equal(mentionsListen(source), false));
}

test('the length and the lines of a source are kept, and what is left of it can be read', () => {
  const files = globSync('{rootfs/**,tests/**,tools/**}/*.ts', { cwd: projectRoot }).map((file) =>
    join(projectRoot, file),
  );
  const packages = ['fastify', 'express', 'koa', 'rxjs', 'hono'].flatMap((name) =>
    globSync(`node_modules/${name}/**/*.{js,cjs,mjs}`, { cwd: projectRoot })
      .slice(0, 60)
      .map((file) => join(projectRoot, file)),
  );
  assert.ok(files.length > 100 && packages.length > 100, `${files.length} and ${packages.length} files`);
  for (const file of [...files, ...packages]) {
    const source = readFileSync(file, 'utf8');
    for (const changed of [codeOf(source), withoutComments(source)]) {
      assert.equal(changed.length, source.length, file);
      assert.equal(changed.split('\n').length, source.split('\n').length, file);
    }
    // Brackets of code close each other; those of texts and comments need not.
    const depth = Array.from(codeOf(source).matchAll(/[()[\]{}]/g), ([bracket]) => ('([{'.includes(bracket) ? 1 : -1));
    assert.equal(
      depth.reduce((sum: number, each) => sum + each, 0),
      0,
      `brackets of ${file}`,
    );
  }
});
