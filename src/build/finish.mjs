// The last step of the build. Trunk runs it on the folder that is about to become dist/; it works on whatever files it finds
// there: names the scripts by their content, writes the answered example into index.html, tells sw.js what to keep, and
// writes down for the usual hosts which headers belong to which file.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { firstPaint } from './first-paint.mjs';
import { cloudFront, headersFile, nginx } from './hosting.mjs';

const folder = process.env.TRUNK_STAGING_DIR ?? process.argv[2];
/** A name that changes with the content, as Trunk and esbuild make them. */
const NAMED_BY_CONTENT = /-([0-9a-f]{8,}|[0-9A-Z]{8})(_bg)?\.\w+$/;
/** Files for the host; nothing of the page asks for them. */
const HOSTING = ['_headers', '_nginx.conf', '_cloudfront.json'];

const path = (name) => join(folder, name);
const read = (name) => readFileSync(path(name));
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');
const files = () => readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1).replaceAll('\\', '/'))
  .sort();

/** Exactly one place of `text` is replaced, or the build stops: a page without its parts is not to be had silently. */
function replaceOnce(text, wanted, replacement) {
  const parts = text.split(wanted);
  if (parts.length !== 2) throw new Error(`\`${wanted}\` stands ${parts.length - 1} times where it must stand once`);
  return parts.join(replacement);
}

// Scripts go out without comments and long names. sw.js stays: it is not part of the page, and is filled in below.
for (const name of files().filter((name) => /\.js$/.test(name) && name !== 'sw.js' && !name.startsWith('editor'))) {
  writeFileSync(path(name), transformSync(read(name).toString(), { minify: true }).code);
}

// A script or stylesheet with the same name in every version could be an old one from a cache beside a new one from the host.
// boot.js names some, so it comes after them, and index.html names it.
let [boot, page] = [read('boot.js').toString(), read('index.html').toString()];
const isPart = (name) => /\.(js|wasm|css)$/.test(name) && !['boot.js', 'sw.js'].includes(name) && !NAMED_BY_CONTENT.test(name);
for (const name of [...files().filter(isPart), 'boot.js']) {
  if (name === 'boot.js') writeFileSync(path(name), boot);
  const renamed = name.replace(/(_bg)?\.\w+$/, `-${digest(read(name)).slice(0, 16)}$&`);
  renameSync(path(name), path(renamed));
  boot = boot.replaceAll(`"${name}"`, `"${renamed}"`);
  page = page.replaceAll(`"./${name}"`, `"./${renamed}"`);
}

const [, js, wasm] = page.match(/ data-js="\.\/([^"]+)" data-wasm="\.\/([^"]+)"/);
page = replaceOnce(page, '<!-- first paint -->', await firstPaint(path(js), read(wasm)));
writeFileSync(path('index.html'), page);

const shipped = files().filter((name) => name !== 'sw.js' && !HOSTING.includes(name));
// The page itself goes by the name under which hosts give it without a redirect.
const kept = Object.fromEntries(shipped.map((name) => [name === 'index.html' ? './' : name, digest(read(name))]));
const template = read('sw.js').toString();
const version = digest(template + JSON.stringify(kept)).slice(0, 16);
const worker = replaceOnce(
  replaceOnce(template, 'const FILES = {};', `const FILES = ${JSON.stringify(kept, null, 2)};`),
  'const VERSION = "none";', `const VERSION = "${version}";`,
);
writeFileSync(path('sw.js'), worker);

const policy = page.match(/http-equiv="Content-Security-Policy" content="([^"]+)"/)[1];
const immutable = shipped.filter((name) => NAMED_BY_CONTENT.test(name));
const fresh = ['', 'sw.js', ...shipped.filter((name) => !immutable.includes(name))];
[headersFile, nginx, cloudFront].forEach((write, index) => {
  writeFileSync(path(HOSTING[index]), write({ policy, immutable, fresh }));
});
