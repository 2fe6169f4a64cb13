// What a browser has to fetch before the page answers and its editor stands, raw and compressed; and what it may fetch later.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** What the first visit does not need: fetched when it is asked for, and in the background for the time without a network. */
const LATER = [
  // The program of Simulate, Live and the reference, its stylesheet, and the tables of that.
  /(^|\/)sessions\b.*\.(js|wasm|css)$/,
  /(^|\/)reference\.json$/,
  /(^|\/)lessons?\b/,
  /(^|\/)icon-\d+\.png$/,
  /(^|\/)manifest\.webmanifest$/,
  /(^|\/)sw\.js$/,
];
/** What is there for the host and never fetched. */
const FOR_THE_HOST = /^_/;

/** Whether a file of `dist` is none of the first load. tests/e2e/first-paint.spec.mjs holds this against a real first visit. */
export const isLater = (name) => LATER.some((pattern) => pattern.test(name));

/** The files of `dist` with their sizes: [{ name, later, raw, gzip, brotli }], or null without a page. */
export function sizes(dist = 'dist') {
  if (!existsSync(dist)) return null;
  return readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => ({ path, name: path.slice(dist.length + 1) }))
    .filter(({ name }) => !FOR_THE_HOST.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ path, name }) => {
      const bytes = readFileSync(path);
      return {
        name, later: isLater(name), raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length,
      };
    });
}

/** Prints a line for each file of `dist` and the sums; gives the bytes of brotli of the first load, or null without a page. */
export function firstLoad(dist = 'dist') {
  const files = sizes(dist);
  if (files === null) {
    console.log('no dist/ here: `make build` makes the page, then its sizes are printed too');
    return null;
  }
  const line = (name, ...figures) => console.log(`${name.padEnd(46)}${figures.map((figure) => String(figure).padStart(10)).join('')}`);
  const sum = (group, unit) => group.reduce((total, file) => total + file[unit], 0);
  const [first, later] = [files.filter((file) => !file.later), files.filter((file) => file.later)];
  for (const [title, group] of [['first load, bytes', first], ['later, bytes', later]]) {
    line(title, 'raw', 'gzip', 'brotli');
    for (const { name, raw, gzip, brotli } of group) line(name, raw, gzip, brotli);
    line('in all', sum(group, 'raw'), sum(group, 'gzip'), sum(group, 'brotli'));
  }
  line('kept for the time without a network', sum(files, 'raw'), sum(files, 'gzip'), sum(files, 'brotli'));
  return sum(first, 'brotli');
}
