// Bundles the editor for the page, before Trunk builds it: one file with its content's hash in the name, and the name
// in a file of its own, from which Trunk writes it into the page (Trunk.toml).
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '../../target/editor');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const language = join(here, 'language.mjs');
// The licence of everything that is bundled asks to be passed on; its packages have one author and one text.
const licence = readFileSync(join(here, '../../node_modules/@codemirror/view/LICENSE'), 'utf8');
const { metafile } = await build({
  entryPoints: [join(here, 'editor.mjs')],
  outdir: join(out, 'bundle'),
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  banner: { js: `/* CodeMirror\n${licence}*/` },
  // No parser, and nothing of what would drive one.
  alias: { '@codemirror/language': language, '@lezer/common': language },
  metafile: true,
});
writeFileSync(join(out, 'name'), basename(Object.keys(metafile.outputs)[0]));
