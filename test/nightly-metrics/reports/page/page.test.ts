import { describe, expect, it } from 'vitest';
import type { DayFigures, SalesRow, TotalRow } from '../../../../functions/nightly-metrics/reports/page/day-figures.ts';
import { languages } from '../../../../shared/reports/page/languages.ts';
import { count, decimalsOf, money, share, shown } from '../../../../shared/reports/page/format.ts';
import { say } from '../../../../functions/nightly-metrics/reports/page/messages.ts';
import { dayPage } from '../../../../functions/nightly-metrics/reports/page/page.ts';
import { hoursOfDay } from '../../../../shared/business-day.ts';
import { build } from '../build-day.ts';
import { lakeFile, orderPlaced } from '../lake-files.ts';

const sale = (currency: string, key: string | null, minor: number, units = 2): SalesRow => ({
  key,
  currency,
  orders: 1n,
  units: BigInt(units),
  subtotalMinor: BigInt(minor),
  salesMinor: BigInt(minor),
  rows: 1n,
});
const total = (currency: string, channel: string | null, orders: number): TotalRow => ({
  channel,
  currency,
  orders: BigInt(orders),
  units: 2n * BigInt(orders),
  totalMinor: 1000n * BigInt(orders),
  cancelledMinor: 0n,
  editedMinor: 0n,
  refundedMinor: 0n,
  netMinor: 1000n * BigInt(orders),
});

const day = (own: Partial<DayFigures> = {}, date = '2011-06-15'): DayFigures => ({
  date,
  timeZone: 'Europe/London',
  hours: hoursOfDay(date, 'Europe/London').map(({ label }) => label),
  totals: [],
  visits: [],
  stock: [],
  byHour: [],
  byCategory: [],
  bySku: [],
  findings: [],
  input: { events: 8, quarantined: [{ reason: 'unreadable', rows: 1 }] },
  ...own,
});

const hostile = `</table><script>alert(1)</script>"'&{b}\u202e\u0000<img src=x onerror=alert(2)>`;

const twoCurrencies = (date: string): DayFigures => {
  const hours = hoursOfDay(date, 'Europe/London').map(({ label }) => label);
  const own = (currency: string) => ({
    byHour: hours.slice(8, 20).map((hour, index) => sale(currency, hour, 1000 + 321 * index)),
    byCategory: ['Kitchen', hostile, null].map((key, index) => sale(currency, key, 4000 - 700 * index)),
    bySku: Array.from({ length: 30 }, (_, index) =>
      sale(currency, `${hostile}-${index}`, 9000 - 20 * index, index + 1),
    ),
  });
  const [eur, gbp] = [own('EUR'), own('GBP')];
  return day(
    {
      totals: [total('EUR', 'storefront', 1), total('GBP', hostile, 2), total('GBP', 'marketplace', 3)],
      byHour: [...eur.byHour, ...gbp.byHour],
      byCategory: [...eur.byCategory, ...gbp.byCategory],
      bySku: [...eur.bySku, ...gbp.bySku],
    },
    date,
  );
};

const chartsOf = (page: string) => page.match(/<svg[\s\S]*?<\/svg>/g) ?? [];
/** Paths that are filled or drawn in a colour of the data: the axes are grey. */
const marksOf = (chart: string) => chart.match(/<path[^>]*(?:fill|stroke)="#(?:1b4f72|e08e0b|2e9e73)"/g) ?? [];

describe('the page of a day', () => {
  it.each(['2011-06-15', '2011-10-30'])('has a section and four charts with marks per currency on %s', (date) => {
    const page = dayPage(twoCurrencies(date));
    expect(page.match(/<h2>(EUR|GBP)<\/h2>/g)).toEqual(['<h2>EUR</h2>', '<h2>GBP</h2>']);
    const charts = chartsOf(page);
    expect(charts).toHaveLength(8);
    // Bars, a line and its area, slices, points: of each currency.
    const [bars = [], line = [], slices = [], points = []] = charts.map(marksOf);
    expect([bars.length, line.length, slices.length, points.length].every((marks) => marks > 0)).toBe(true);
    expect([bars.length >= 12, slices.length >= 3, points.length]).toEqual([true, true, 30]);
    for (const chart of charts) expect(chart).not.toMatch(/NaN|Infinity|undefined/);
    expect(page.length).toBeLessThan(150_000);
  });

  it('has the same bytes again, after other pages', () => {
    const first = dayPage(twoCurrencies('2011-06-15'));
    dayPage(twoCurrencies('2011-10-30'));
    expect(dayPage(twoCurrencies('2011-06-15'))).toBe(first);
    expect(first).not.toMatch(/zr\d/);
  });

  it('never adds two currencies', () => {
    const page = dayPage(twoCurrencies('2011-06-15'));
    const sums = [...page.matchAll(/<tfoot>[\s\S]*?<\/tfoot>/g)].map(
      ([foot]) => /<span>(\d+\.\d\d)<\/span>/.exec(foot)?.[1],
    );
    expect(sums).toEqual(['10.00', '50.00']);
  });

  it('shows texts of events as text, and loads nothing', () => {
    const page = dayPage(twoCurrencies('2011-06-15'));
    expect(page).toContain('&lt;script&gt;alert(1)');
    expect(page).not.toMatch(/<script|<img|<[^>]*\son\w+=|\u202e/);
    expect(page).not.toContain('\0');
    expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(
      /https?:|<[^>]*\s(?:src|href)=|url\(|@import|<link|<iframe/,
    );
    expect(page).toContain("default-src 'none'");
  });

  it('of a day without orders says so and has no chart', () => {
    const page = dayPage(day({ totals: [total('GBP', 'storefront', 0)] }));
    expect(page).toContain('No orders were placed on this day.');
    expect([chartsOf(page).length, page.includes('<h2>GBP</h2>')]).toEqual([0, false]);
    expect(page).toContain('Not an event');
  });

  it('of a day with refunds only has their totals and no chart', () => {
    const page = dayPage(day({ totals: [{ ...total('GBP', 'storefront', 0), refundedMinor: 250n, netMinor: -250n }] }));
    expect([page.includes('No orders'), page.includes('-2.50'), chartsOf(page).length]).toEqual([true, true, 0]);
  });

  it('has a limited size', () => {
    const currencies = Array.from(
      { length: 40 },
      (_, index) => `C${String.fromCharCode(65 + index / 10, 65 + (index % 10))}`,
    );
    const long = 'x'.repeat(5000);
    const page = dayPage(
      day({
        totals: currencies.flatMap((currency) =>
          Array.from({ length: 100 }, (_, n) => total(currency, `${n}${long}`, 1)),
        ),
        bySku: currencies.flatMap((currency) =>
          Array.from({ length: 300 }, (_, n) => sale(currency, `${n}${long}`, n, n + 1)),
        ),
      }),
    );
    expect(page.length).toBeLessThan(2_000_000);
    expect(page).toMatch(/Further currencies[\s\S]{0,200} 28</);
    expect(page.match(/CSV file only:[^<]*<\/span>[\s\S]{0,160} 60</g)).toHaveLength(12);
  });

  it('is written from the reports of the day, and listed with them', async () => {
    const orders = [
      orderPlaced({
        lines: [
          { quantity: 2, discountMinor: 150 },
          { sku: '<b>TEA</b>', unitPriceMinor: 300 },
        ],
      }),
      orderPlaced({ currency: 'JPY', lines: [{ category: undefined, unitPriceMinor: 1500 }] }),
    ];
    const [first, second] = [
      await build([lakeFile(...orders, 'broken')]),
      await build([lakeFile('broken', ...orders.toReversed())]),
    ];
    const page = first.read('report.html').toString();
    expect(second.read('report.html').toString()).toBe(page);
    expect(first.report('report')?.files).toEqual(second.report('report')?.files);
    expect(first.report('report')?.files).toMatchObject([{ file: 'report.html', bytes: Buffer.byteLength(page) }]);
    expect(chartsOf(page)).toHaveLength(8);
    for (const text of ['&lt;b&gt;TEA&lt;/b&gt;', '<td>18.50</td>', '<td>1,500</td>', 'Not an event'])
      expect(page).toContain(text);
  });
});

describe('texts of the page', () => {
  it.each([
    [0n, 2, '0.00'],
    [-5n, 2, '-0.05'],
    [123456789012345678901n, 2, '1,234,567,890,123,456,789.01'],
    [1500n, 0, '1,500'],
    [1500n, 3, '1.500'],
  ])('show %d minor units with %d decimals as %s', (minor, decimals, text) => {
    expect(money(minor, decimals)).toBe(text);
  });

  it.each([
    ['GBP', 2],
    ['JPY', 0],
    ['KWD', 3],
    ['gbp', 2],
    ['<b>', 2],
  ])('know the decimals of %s', (currency, decimals) => {
    expect(decimalsOf(currency)).toBe(decimals);
  });

  it('are short, and have a sign for nothing', () => {
    expect([shown(null), shown(''), shown('a\u200fb'), shown('😀'.repeat(61))]).toEqual([
      '–',
      '–',
      'ab',
      `${'😀'.repeat(60)}…`,
    ]);
    expect([count(1234567n), share(1n, 3n), share(0n, 0n)]).toEqual(['1,234,567', '33.3 %', '']);
  });

  it('are in every language', () => {
    expect(languages.every(({ tag }) => say('noOrders').markup.includes(`lang="${tag}"`))).toBe(true);
  });
});
