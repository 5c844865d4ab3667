import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { chromium, type Page } from 'playwright-core';
import * as z from 'zod';
import { buildReports } from '../../functions/nightly-metrics/reports/build-reports-job.ts';
import { createDuckDb } from '../../shared/lake/duckdb-client.ts';
import { lakeFile } from '../nightly-metrics/reports/lake-files.ts';
import { sampleDate, sampleEvents } from './sample-day.ts';

/*
 * `npm run picture`: writes the picture of a report in the README, and looks at the page at the sizes of a phone, a desk and
 * print: no text is cut and no chart is empty. Needs Chromium, such as Debian's package `chromium`.
 */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const sizes = {
  phone: { width: 390, height: 844 },
  desk: { width: 1200, height: 1500 },
  print: { width: 794, height: 1123 },
};
const picture = 'docs/report.png';

const directory = mkdtempSync(join(tmpdir(), 'report-picture-'));
const lake = join(directory, 'day.ndjson');
writeFileSync(lake, gunzipSync(lakeFile(...sampleEvents())));
const day = {
  date: sampleDate,
  timeZone: 'Europe/London',
  channels: ['storefront', 'marketplace', 'telephone'],
  currencies: ['GBP'],
};
await buildReports(createDuckDb(), [lake], directory, day);
const html = readFileSync(join(directory, 'report.html'), 'utf8');

const Found = z.object({ cut: z.array(z.string()), empty: z.int(), charts: z.int() });

/** What the browser runs, as text: the types of its documents are not those of Node. */
const look = `(() => {
  const width = document.documentElement.clientWidth;
  const isCut = (element) => {
    const box = element.getBoundingClientRect();
    const chart = element.closest('svg')?.getBoundingClientRect();
    if (chart) return box.left < chart.left - 1 || box.right > chart.right + 1 || box.bottom > chart.bottom + 1;
    return box.right > width + 1 || (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1);
  };
  const cut = [...document.querySelectorAll('h1, h2, h3, p, table, td, th, svg text')]
    .filter((element) => element.getClientRects().length > 0 && isCut(element))
    .map((element) => element.textContent.slice(0, 60));
  const charts = [...document.querySelectorAll('svg')];
  const marks = 'path[fill^="#"], path[stroke^="#"]';
  return { cut, empty: charts.filter((chart) => chart.querySelectorAll(marks).length < 3).length, charts: charts.length };
})()`;

/** Throws if a text is cut or wider than the page, or a chart has no marks. */
async function assertReadable(page: Page, name: string): Promise<void> {
  assert.deepEqual({ ...Found.parse(await page.evaluate(look)), name }, { cut: [], empty: 0, charts: 4, name });
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  for (const [name, viewport] of Object.entries(sizes)) {
    const page = await browser.newPage({ viewport });
    await page.emulateMedia({ media: name === 'print' ? 'print' : 'screen' });
    await page.setContent(html);
    await assertReadable(page, name);
    await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true });
    if (name === 'desk') {
      mkdirSync('docs', { recursive: true });
      await page.screenshot({ path: picture });
    }
    await page.close();
  }
} finally {
  await browser.close();
}
console.log(`${picture} is written; the whole page at each size is in ${directory}`);
