// What the page shows before its program has arrived: the program itself, run once while the page is built, in a DOM without
// a browser; what it drew is written down as HTML. tests/e2e/first-paint.spec.mjs compares it with what a browser draws.
import { pathToFileURL } from 'node:url';
import { Window } from 'happy-dom';

const VOID = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'track', 'wbr']);
const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text) => text.replace(/[&<>"]/g, (character) => ESCAPES[character]);

/** The body that the program draws with nothing handed over: the example, answered. */
export async function firstPaint(js, wasm) {
  const window = new Window({ url: 'https://page.example/', width: 1280, height: 800 });
  standIn(window);
  const { default: init, start } = await import(pathToFileURL(js).href);
  await init({ module_or_path: wasm });
  const host = window.document.createElement('div');
  window.document.body.append(host);
  // Nothing of what boot.js does is to be had here: whatever the program asks of it never comes.
  start(host, undefined, new Proxy({ endpoint: undefined, fragment: '' }, { get: (own, name) => (name in own ? own[name] : () => new Promise(() => {})) }));
  // The program draws in a microtask.
  await new Promise((resolve) => { setImmediate(resolve); });
  const html = [...host.childNodes].map(write).join('');
  if (!html.includes('id="verdict"')) throw new Error(`the program drew no verdict, but: ${html.slice(0, 500)}`);
  return html;
}

/** Makes this process look like a page to the program: its globals are the window's, where node has none of its own. */
function standIn(window) {
  for (let from = window; from !== null && from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) {
      if (!(name in globalThis)) Object.defineProperty(globalThis, name, { get: () => window[name], configurable: true });
    }
  }
  // The program finds its window by asking what the global object is.
  const Global = class { static [Symbol.hasInstance](value) { return value === globalThis || value === window; } };
  Object.defineProperty(globalThis, 'Window', { value: Global, configurable: true });
}

/** A node as HTML. What a field holds is a property in a DOM and has to become text or an attribute. */
function write(node) {
  if (node.nodeType === node.TEXT_NODE) return escape(node.data);
  if (node.nodeType !== node.ELEMENT_NODE) return '';
  const name = node.localName;
  const attributes = new Map([...node.attributes].map((attribute) => [attribute.name, attribute.value]));
  if (name === 'input' && ['checkbox', 'radio'].includes(node.type)) {
    if (node.checked) attributes.set('checked', '');
  } else if (name === 'input') {
    attributes.set('value', node.value);
  }
  const written = [...attributes].map(([key, value]) => (value === '' ? ` ${key}` : ` ${key}="${escape(value)}"`)).join('');
  if (VOID.has(name)) return `<${name}${written}>`;
  // A parser drops the first line end of a text area.
  const content = name === 'textarea' ? `\n${escape(node.value)}` : [...node.childNodes].map(write).join('');
  return `<${name}${written}>${content}</${name}>`;
}
