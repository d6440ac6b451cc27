// Loads a long page in a real Chromium, scrolls it from top to bottom, and says how smooth that was.
// Arguments: folder of playwright-core, Chromium, address, how often.
import { createRequire } from 'node:module';
import path from 'node:path';

const [, , library, chromium, address, times] = process.argv;
const { chromium: driver } = createRequire(path.join(library, 'package.json'))('playwright-core');
const browser = await driver.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

// Scrolls by a third of the window a frame, as a wheel does that is turned fast; then jumps to the end and back, as a pulled bar does.
const scroll = () => new Promise((resolve) => {
  const gaps = [];
  const root = document.scrollingElement;
  const jumps = [root.scrollHeight, 0, root.scrollHeight / 2, root.scrollHeight, 0];
  let last = performance.now();
  let scrolled = false;
  const step = (now) => {
    gaps.push(now - last);
    last = now;
    scrolled ||= root.scrollTop + innerHeight >= root.scrollHeight - 1;
    if (!scrolled) root.scrollBy(0, innerHeight / 3);
    else if (jumps.length > 0) root.scrollTo(0, jumps.pop());
    else return resolve(gaps.slice(1));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
});

const runs = [];
try {
  for (let time = 0; time < Number(times); time += 1) {
    const page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    await page.goto(address, { waitUntil: 'load' });
    await page.evaluate(() => {
      window.tasks = [];
      new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask', buffered: true });
    });
    const load = await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType('navigation');
      const paint = performance.getEntriesByName('first-contentful-paint')[0];
      return { paint: paint ? paint.startTime : NaN, load: navigation.loadEventEnd, items: document.querySelectorAll('main li').length };
    });
    const before = await page.evaluate(() => Math.max(0, ...window.tasks));
    await page.evaluate(() => { window.tasks.length = 0; });
    const gaps = (await page.evaluate(scroll)).sort((a, b) => a - b);
    await page.waitForTimeout(200);
    const during = await page.evaluate(() => Math.max(0, ...window.tasks));
    const at = (share) => gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))];
    runs.push({ ...load, before, during, frames: gaps.length, median: at(0.5), p99: at(0.99), longest: gaps.at(-1) });
    await page.close();
  }
} finally {
  await browser.close();
}
const median = (key) => runs.map((run) => run[key]).sort((a, b) => a - b)[Math.floor(runs.length / 2)];
console.log(`
| ${runs[0].items} entries in Chromium, median of ${runs.length} | ms |
|---|---:|
| first contentful paint | ${median('paint').toFixed(0)} |
| load event | ${median('load').toFixed(0)} |
| longest task while loading (0: none of 50 ms) | ${median('before').toFixed(0)} |
| longest task while scrolling (0: none of 50 ms) | ${median('during').toFixed(0)} |
| frame, median of ${median('frames')} | ${median('median').toFixed(1)} |
| frame, 99 of 100 | ${median('p99').toFixed(1)} |
| frame, longest | ${median('longest').toFixed(1)} |`);
