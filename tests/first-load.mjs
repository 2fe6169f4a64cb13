// What a browser has to fetch before the page answers: every file of dist/ but those that only another screen needs,
// raw and compressed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const LATER = /^sessions/;

/** Prints a line for each file of `dist` and one for all; gives the bytes of brotli in all, or null without a page. */
export function firstLoad(dist = 'dist') {
  if (!existsSync(dist)) {
    console.log('no dist/ here: `make build` makes the page, then its sizes are printed too');
    return null;
  }
  const line = (name, ...sizes) => console.log(`${name.padEnd(46)}${sizes.map((size) => String(size).padStart(10)).join('')}`);
  line('first load, bytes', 'raw', 'gzip', 'brotli');
  const total = [0, 0, 0];
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true }).filter((it) => it.isFile())) {
    const bytes = readFileSync(join(entry.parentPath ?? entry.path, entry.name));
    const sizes = [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes).length];
    const later = LATER.test(entry.name);
    if (!later) sizes.forEach((size, index) => { total[index] += size; });
    line(later ? `${entry.name} (later, not in the sum)` : entry.name, ...sizes);
  }
  line('in all', ...total);
  return total.at(-1);
}
