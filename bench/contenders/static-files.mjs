// Writes the files that all contenders serve, into a folder: byte i is 31 i mod 251.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
for (const [name, size] of [
  ['10k.bin', 10 * 1024],
  ['1m.bin', 1024 * 1024],
]) {
  writeFileSync(
    join(folder, name),
    Uint8Array.from({ length: size }, (_, index) => (index * 31) % 251),
  );
}
