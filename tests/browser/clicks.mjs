// Clicks through the pages in a real Chromium, without scripts in the pages, and says as JSON what was seen.
// Arguments: folder of playwright-core, Chromium, address, folder for downloads, names of folders down to the file.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';

const [, , library, chromium, address, downloads, ...names] = process.argv;
const { chromium: driver } = createRequire(path.join(library, 'package.json'))('playwright-core');
const browser = await driver.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const seen = { troubles: [], requests: [] };
try {
  const context = await browser.newContext({ javaScriptEnabled: false, acceptDownloads: true, locale: 'en-GB' });
  const page = await context.newPage();
  page.on('dialog', (dialog) => { seen.troubles.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('console', (message) => seen.troubles.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => seen.troubles.push(`error: ${error}`));
  page.on('request', (request) => seen.requests.push(request.url()));
  const current = (name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

  // The keyboard alone: the first stop leads past the head.
  await page.goto(address);
  await page.keyboard.press('Tab');
  assert.equal(await page.locator(':focus').innerText(), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.ok(page.url().endsWith('#main'));

  // Structure: one heading of the page, landmarks, a label for every field.
  const structure = async (lang) => {
    assert.equal(await page.locator('html').getAttribute('lang'), lang);
    for (const role of ['main', 'banner', 'contentinfo']) assert.equal(await page.getByRole(role).count(), 1, role);
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
    for (const field of await page.locator('input, select').all()) {
      assert.equal(await page.locator(`label[for="${await field.getAttribute('id')}"]`).count(), 1);
    }
  };
  await structure('en');

  // From the calendar to the file.
  await page.getByRole('table').getByRole('link').last().click();
  for (const name of names.slice(0, -1)) {
    await page.getByRole('link', { name: `${name}/`, exact: true }).click();
    await current(name);
  }
  await structure('en');
  const folder = page.url();
  const file = names.at(-1);
  await page.getByRole('link', { name: file, exact: true }).click();
  await current(file);
  await structure('en');
  seen.text = await page.locator('pre').innerText();
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download', exact: true }).click();
  const download = await waiting;
  assert.equal(await download.failure(), null);
  seen.name = download.suggestedFilename();
  seen.file = path.join(downloads, 'downloaded');
  await download.saveAs(seen.file);

  // Its older version.
  await page.getByRole('link', { name: 'All versions' }).click();
  await structure('en');
  await page.getByRole('row').last().getByRole('link').first().click();
  await current(file);
  seen.older = await page.locator('pre').innerText();

  // A hostile name and page are text, a picture is one.
  await page.goto(folder);
  await page.getByRole('link', { name: '<img src=x onerror=alert(1)>.html' }).click();
  await page.getByRole('heading', { level: 1, name: '<img src=x onerror=alert(1)>.html' }).waitFor();
  seen.hostile = await page.locator('pre').innerText();
  await page.goto(folder);
  await page.getByRole('link', { name: 'dot.png' }).click();
  seen.picture = await page.locator('img').evaluate((image) => [image.naturalWidth, image.naturalHeight]);

  // What is different since the state before: from the folder; and from the calendar, between two days.
  await page.goto(folder);
  await page.getByRole('link', { name: 'What has changed since the state before' }).click();
  await current('What is different');
  await structure('en');
  seen.changes = await page.getByRole('table', { name: 'One by one' }).getByRole('row').allInnerTexts();
  await page.getByRole('link', { name: file, exact: true }).click();
  await current(file);
  await page.goto(address);
  await structure('en');
  await page.getByLabel('with that of').focus();
  await page.getByRole('button', { name: 'Compare' }).press('Enter');
  await current('What is different');
  assert.ok(page.url().includes('?with='), 'the address says which states are compared');
  await page.getByRole('link', { name: new RegExp(`/${file}$`) }).waitFor();

  // Search, and the languages.
  await page.goto(folder);
  await page.getByLabel('Search here for a name').fill(file.slice(0, 4).toUpperCase());
  await page.keyboard.press('Enter');
  await page.getByRole('cell').first().waitFor();
  assert.equal(await page.getByRole('link', { name: file, exact: true }).count(), 1);
  for (const [name, lang, heading] of [['Français', 'fr', 'Recherche'], ['Português', 'pt', 'Busca'], ['English', 'en', 'Search']]) {
    await page.getByRole('link', { name }).click();
    await current(heading);
    await structure(lang);
    assert.equal(await page.getByRole('link', { name: file, exact: true }).count(), 1, 'the language keeps the place');
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
