// Threats that no other file is about: foreign code on the page (T5) and a signed address that is seen (T23).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, HOST, test } from './lab.mjs';
import { giveCredentials, KEY, lock, press, session } from './live.mjs';

// What it keeps for later is not asked for by the page.
test.use({ serviceWorkers: 'block' });

test('T5: every byte that the page fetches is one of the build, by its digest', async ({ page, context, root, site }) => {
  const asked = new Set();
  context.on('request', (request) => asked.add(request.url()));
  await lock(page, HOST);
  await giveCredentials(page);
  await expect(page.getByText('It cannot be read back.')).toBeVisible();
  for (const name of ['Check', 'Simulate', 'Lessons', 'Reference', 'Live']) {
    await page.getByRole('button', { name, exact: true }).click();
    await expect(page.getByRole('button', { name, exact: true })).toHaveAttribute('aria-current', 'page');
  }
  const [, list] = /^const FILES = (\{[^}]*\});$/m.exec(readFileSync(`${root}/sw.js`, 'utf8'));
  const files = JSON.parse(list);
  const fetched = [...asked].filter((url) => !url.startsWith('blob:') && !url.startsWith('wss:'));
  expect(fetched.length).toBeGreaterThan(8);
  for (const url of fetched) {
    expect(url.startsWith(site.url), url).toBe(true);
    const name = new URL(url).pathname.slice(new URL(site.url).pathname.length) || './';
    const path = name === './' ? 'index.html' : name;
    const digest = createHash('sha256').update(readFileSync(`${root}/${path}`)).digest('hex');
    expect([name, files[name] ?? files[path]]).toEqual([name, digest]);
  }
});

test('T23: no signed address stands on the page, in its address or in the console, and the page warns of the browser\'s own panel', async ({
  page, gateway,
}) => {
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  await lock(page, HOST);
  await giveCredentials(page);
  await press(page, 'Connect', 'A');
  await expect(session(page, 'A')).toContainText('Connected as');
  await gateway.sessions.values().next().value.cut();
  await expect(session(page, 'A')).not.toContainText('Connected as');
  const seen = [await page.content(), page.url(), ...said].join('\n');
  for (const part of ['X-Amz-Signature', 'X-Amz-Security-Token', 'X-Amz-Credential', KEY]) expect(seen).not.toContain(part);
  await expect(page.getByText('show signed addresses')).toBeVisible();
});
