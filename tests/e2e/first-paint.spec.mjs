// What stands in index.html before the program has arrived: the answer of the article's case, which the program then takes over.
import { isLater } from '../first-load.mjs';
import { expect, test } from './lab.mjs';

// What a service worker answers cannot be held back here.
test.use({ serviceWorkers: 'block' });

const WASM = /_bg\.wasm$/;
const VERDICT = 'Denied - no statement allows it';
const policy = (page) => page.getByLabel('Policy document (JSON)');

/** In the page: what stands around and in `main` as data, with what fields hold and without what no reader could tell apart. */
function drawn() {
  const read = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE) return null;
    const held = ['value', 'checked', 'selected'].filter((it) => it in node && node.localName !== 'button').map((it) => [it, node[it]]);
    const stated = [...node.attributes].map(({ name, value }) => [name, name === 'class' ? [...node.classList].sort().join(' ') : value])
      .filter(([name]) => !['value', 'checked', 'selected'].includes(name));
    // What is spoken comes a moment later.
    const spoken = node.matches('p.c-quiet[role="status"]');
    const children = node.localName === 'textarea' || spoken ? [] : [...node.childNodes].map(read).filter((child) => child !== null);
    const joined = children.reduce((list, child) => {
      const text = typeof child === 'string' && typeof list.at(-1) === 'string';
      return text ? [...list.slice(0, -1), list.at(-1) + child] : [...list, child];
    }, []).filter((child) => child !== '');
    return { name: node.localName, attributes: [...stated, ...held].sort(([a], [b]) => (a < b ? -1 : 1)), children: joined };
  };
  return read(document.getElementById('main').parentElement).children;
}

/** Keeps the editor away: it takes the text area's place whenever it comes. */
const holdEditor = (page) => page.route('**/editor-*.js', () => {});

/** Opens the page and holds the program back; the returned function lets it come, and waits until it has drawn. */
async function openHeld(page, place = './') {
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  await page.route(WASM, async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(place, { waitUntil: 'commit' });
  const main = await page.waitForSelector('#main', { state: 'attached' });
  return async () => {
    release();
    // The element of the HTML is not in the document any more.
    await expect.poll(() => main.evaluate((element) => element.isConnected)).toBe(false);
    await page.getByRole('main').waitFor();
  };
}

test('the HTML of the build is what the program draws, node by node', async ({ page }) => {
  await holdEditor(page);
  const takeOver = await openHeld(page);
  await expect(page.locator('#new-version')).toBeAttached();
  const built = await page.evaluate(drawn);
  await takeOver();
  expect(await page.evaluate(drawn)).toEqual(built);
});

test('with the program blocked, verdict and reasons are readable, and the page says that it is no more than that', async ({ page, expectError }) => {
  expectError(/./);
  await page.route(WASM, (route) => route.abort());
  await page.goto('./');
  await expect(page.getByRole('alert')).toContainText('could not start');
  await expect(page.getByRole('heading', { name: VERDICT })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Why' }).getByRole('listitem').first()).toContainText('not exclusively');
  await expect(page.getByRole('region', { name: 'Ways out', exact: true })).toBeVisible();
  await expect(policy(page)).toHaveValue(/iot:Connection\.Thing\.ThingName/);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });
  test('the answer stands there, with a line that says what is missing', async ({ page }) => {
    await page.goto('./');
    // Playwright looks into no `<noscript>` by text.
    await expect(page.locator('noscript p')).toBeVisible();
    await expect(page.getByRole('heading', { name: VERDICT })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Why' }).getByRole('listitem').first()).toContainText('not exclusively');
  });
});

for (const width of [1280, 360]) {
  test.describe(`${width} wide`, () => {
    test.use({ viewport: { width, height: 800 } });
    test('nothing moves when the program takes over', async ({ page }) => {
      await page.addInitScript(() => {
        globalThis.shift = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) globalThis.shift += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });
      });
      await holdEditor(page);
      const takeOver = await openHeld(page);
      const places = () => page.evaluate(() => [...document.querySelectorAll('h2, textarea, td')].map((element) => {
        const { x, y, width: wide, height } = element.getBoundingClientRect();
        return [x, y, wide, height];
      }));
      await expect(page.getByRole('heading', { name: VERDICT })).toBeVisible();
      const before = await places();
      await takeOver();
      // Two frames later every shift of the first has been reported.
      await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));
      expect(await places()).toEqual(before);
      expect(await page.evaluate(() => globalThis.shift)).toBeLessThanOrEqual(0.02);
    });
  });
}

test('what was typed before the program arrived is kept and answered, with the focus and the caret', async ({ page }) => {
  const takeOver = await openHeld(page);
  await page.getByRole('radio', { name: 'to no thing' }).check();
  await policy(page).fill('{"Version":"2012-10-17","Statement":[]}');
  const ids = page.getByLabel('Client IDs');
  await ids.fill('pump-7');
  await ids.evaluate((area) => area.setSelectionRange(2, 4));
  await takeOver();
  await expect(ids).toHaveValue('pump-7');
  await expect(ids).toBeFocused();
  expect(await ids.evaluate((area) => [area.selectionStart, area.selectionEnd])).toEqual([2, 4]);
  // The editor may have taken the field over meanwhile.
  await expect.poll(() => policy(page).evaluate((field) => field.value ?? field.innerText)).toBe('{"Version":"2012-10-17","Statement":[]}');
  await expect(page.getByRole('radio', { name: 'to no thing' })).toBeChecked();
  await expect(page.getByRole('columnheader', { name: 'pump-7' })).toBeVisible();
});

test('what was opened before the program arrived stays open', async ({ page }) => {
  const takeOver = await openHeld(page);
  const details = page.locator('.c-policy details').first();
  await details.locator('summary').click();
  await expect(details).toHaveAttribute('open');
  await takeOver();
  await expect(details).toHaveAttribute('open');
  await expect(details.locator('summary')).toBeFocused();
});

test('a button that was pressed before the program arrived is pressed then', async ({ page }) => {
  const takeOver = await openHeld(page);
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await takeOver();
  await expect(page.getByRole('button', { name: 'Simulate', exact: true })).toHaveAttribute('aria-current', 'page');
});

test('where something else is to open, the example is not shown first', async ({ page }) => {
  for (const place of ['./?live', './#1.cut']) {
    await page.goto('about:blank');
    const takeOver = await openHeld(page, place);
    await expect(page.locator('#new-version')).toBeAttached();
    await expect(page.getByRole('heading', { name: VERDICT })).toBeHidden();
    await takeOver();
    await page.unroute(WASM);
  }
  // A place in the page is no other page.
  await page.goto('about:blank');
  const takeOver = await openHeld(page, './#why');
  await expect(page.getByRole('heading', { name: VERDICT })).toBeVisible();
  await takeOver();
});

test('the first visit fetches what counts as the first load, and nothing of what may come later', async ({ page, site }) => {
  const fetched = [];
  page.on('request', (request) => fetched.push(request));
  await page.goto('./');
  await page.waitForLoadState('networkidle');
  const names = fetched.filter((request) => !request.serviceWorker()).map((request) => request.url().slice(site.url.length));
  expect(names).toContain('');
  expect(names.filter((name) => isLater(name))).toEqual([]);
});
