// What is wrong with a page as it stands, whichever state it is in: what axe says in every look, what is wider than the window,
// and what Tab leads to and nobody sees, or leaves out.
import { axe, LOOKS } from './lab.mjs';

/** The rules that can come out otherwise when only the colours change. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** One line each, with the look in which it was seen. The state is reached once; window and colours change around it. */
export async function faults(page) {
  const found = [];
  const add = (look, lines) => found.push(...lines.map((line) => `${look}: ${line}`));
  for (const { name, use: { viewport, colorScheme } } of LOOKS) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    add(name, await axe(page, colorScheme === 'dark' ? OF_COLOURS : undefined));
    add(name, await tooWide(page));
  }
  await page.emulateMedia({ colorScheme: null, forcedColors: 'active' });
  add('forced colours', await axe(page, OF_COLOURS));
  await page.emulateMedia({ forcedColors: null });
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    add(`${width}, by Tab`, await walk(page));
  }
  return found;
}

const tooWide = (page) => page.evaluate(() => {
  const { scrollWidth } = document.scrollingElement;
  return scrollWidth > innerWidth ? [`the page is ${scrollWidth} px wide`] : [];
});

/** Presses Tab from the beginning to the end of the page, or of the dialog that is open. */
async function walk(page) {
  const browser = await page.context().newCDPSession(page);
  // Many at a time: what takes long is to wait for each to come back.
  const key = (type) => browser.send('Input.dispatchKeyEvent', { type, key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 });
  await page.evaluate(begin);
  let over = false;
  for (let presses = 0; !over && presses < 1000; presses += 25) {
    await Promise.all(Array.from({ length: 25 }, () => [key('rawKeyDown'), key('keyUp')]).flat());
    over = await page.evaluate(() => globalThis.walk.over);
  }
  await browser.detach();
  return page.evaluate(() => globalThis.walk.end());
}

/** Runs in the page: from here on each Tab is watched, when the key goes up and the browser has scrolled. */
async function begin() {
  const CONTROLS = 'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable="true"]';
  const UNREACHED = ':disabled, [tabindex="-1"], [type="radio"]:not(:checked)';
  const root = document.querySelector('dialog:modal') ?? document.body;
  const deep = (from) => [...from.querySelectorAll('*')].flatMap((one) => (one.shadowRoot ? [one, ...deep(one.shadowRoot)] : [one]));
  const around = (one) => one.parentElement ?? one.getRootNode().host ?? null;
  const name = (one) => `${one.localName} "${one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent || one.id}"`.slice(0, 80);

  const active = () => {
    let one = document.activeElement;
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    return one === document.body ? null : one;
  };
  const at = (x, y) => {
    let hit = document.elementFromPoint(x, y);
    while (hit?.shadowRoot) {
      const inside = hit.shadowRoot.elementFromPoint(x, y);
      if (inside === null || inside === hit) break;
      hit = inside;
    }
    return hit;
  };

  /** What is wrong with the focus being here; nothing when it can be seen. */
  const trouble = (one) => {
    // What runs over several lines is looked at in its first.
    const box = one.getClientRects()[0];
    if (box === undefined) return 'has no place';
    // What a box that scrolls shows of it, and what the window shows of that.
    const shown = { left: box.left, top: box.top, right: box.right, bottom: box.bottom };
    for (let outer = around(one); outer !== null && outer !== document.documentElement; outer = around(outer)) {
      if (getComputedStyle(outer).overflow === 'visible') continue;
      const edge = outer.getBoundingClientRect();
      shown.left = Math.max(shown.left, edge.left);
      shown.top = Math.max(shown.top, edge.top);
      shown.right = Math.min(shown.right, edge.right);
      shown.bottom = Math.min(shown.bottom, edge.bottom);
    }
    const seen = { left: Math.max(shown.left, 0), top: Math.max(shown.top, 0), right: Math.min(shown.right, innerWidth), bottom: Math.min(shown.bottom, innerHeight) };
    const enough = (length, whole) => length >= Math.min(whole, 24) - 1;
    if (!enough(seen.bottom - seen.top, box.height) || !enough(seen.right - seen.left, box.width)) return 'is out of sight';
    // Of a field of several lines the browser shows the one with the caret, of what hardly fits the beginning.
    if (!one.matches('textarea, [contenteditable]') && shown.bottom - shown.top <= innerHeight - 100 && (shown.top < -1 || shown.bottom > innerHeight + 1)) return 'is cut by the edge of the window';
    const hit = at((seen.left + seen.right) / 2, (seen.top + seen.bottom) / 2);
    if (hit === null || !(one.contains(hit) || [...one.labels ?? []].some((label) => label.contains(hit)))) return `is covered by ${hit && name(hit)}`;
    // The ring may be the one of the element around a shadow root.
    const rings = [one, one.getRootNode().host].filter((ring) => ring instanceof Element).map((ring) => getComputedStyle(ring));
    if (!rings.some(({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2)) return 'shows no focus';
    return null;
  };

  const reached = new Set();
  const faults = [];
  const listening = new AbortController();
  addEventListener('keyup', ({ key }) => {
    if (key !== 'Tab' || walk.over) return;
    const one = active();
    walk.over = one === null || reached.has(one);
    if (walk.over) return;
    reached.add(one);
    const wrong = trouble(one);
    if (wrong !== null) faults.push(`${name(one)} ${wrong}`);
  }, { capture: true, signal: listening.signal });
  const walk = {
    over: false,
    end() {
      listening.abort();
      const left = deep(root).filter((one) => one.matches(CONTROLS) && !one.matches(UNREACHED) && !reached.has(one)
        && one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0);
      return [...faults, ...left.map((one) => `${name(one)} is not reached`)];
    },
  };
  globalThis.walk = walk;
  // Tab begins where something that had the focus has been. What the page still draws may take the focus for its own.
  for (let tries = 0; tries < 10; tries += 1) {
    const start = Object.assign(document.createElement('span'), { tabIndex: -1 });
    root.prepend(start);
    start.focus();
    start.remove();
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    if (active() === null) break;
  }
}
