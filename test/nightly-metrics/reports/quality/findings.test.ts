import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type ChannelTotals,
  findings,
  isFarOutside,
} from '../../../../functions/nightly-metrics/reports/quality/findings.ts';
import { build } from '../build-day.ts';
import { lakeFile, orderPlaced } from '../lake-files.ts';

const totals = (channel: string, orders: number, own: Partial<ChannelTotals> = {}): ChannelTotals => ({
  channel,
  currency: 'GBP',
  orders: BigInt(orders),
  totalMinor: 1000n * BigInt(orders),
  cancelledMinor: 0n,
  refundedMinor: 0n,
  ...own,
});
const input = { events: 1, quarantined: [] };
const listed = (today: ChannelTotals[], earlier: ChannelTotals[][], own: object = {}) =>
  findings({ input: { ...input, ...own }, today, earlier }).map(
    ({ reason, channel, measure, found, usual }) => `${reason} ${channel} ${measure} ${found} ${usual?.median ?? ''}`,
  );
/** Eight days with about 20 orders of the web and about 5 of the market. */
const eight = [18, 22, 20, 19, 25, 17, 21, 20].map((orders, index) => [
  totals('web', orders),
  totals('market', 4 + (index % 3)),
]);

// Seen failing without the deviation, and with `every` instead of `some`.
describe('what is unusual about a day', () => {
  it('is nothing on a usual day, and is not known from few days', () => {
    expect(listed([totals('web', 24), totals('market', 5)], eight)).toEqual([]);
    expect(listed([totals('web', 900)], eight.slice(0, 3))).toEqual([]);
  });

  it('is a channel without orders that had some on each of the last days, and not one that rests on some', () => {
    expect(listed([totals('web', 24)], eight)).toContain('silent-channel market orders 0 5');
    const rests = eight.map((rows, index) => (index === 3 ? [totals('web', 20)] : rows));
    expect(listed([totals('web', 24)], rests).filter((line) => line.startsWith('silent'))).toEqual([]);
  });

  it('is a sum far outside, by channel and of all, by currency', () => {
    const today = [totals('web', 80), totals('market', 5)];
    expect(listed(today, eight)).toEqual([
      'unusual-sum null orders 85 25',
      'unusual-sum null totalMinor 85000 25000',
      'unusual-sum web orders 80 20',
      'unusual-sum web totalMinor 80000 20000',
    ]);
    const refunded = eight.map((rows) => rows.map((row) => ({ ...row, refundedMinor: 500n })));
    expect(
      listed([totals('web', 20, { refundedMinor: 900n }), totals('market', 5, { refundedMinor: 500n })], refunded),
    ).toEqual(['unusual-sum web refundedMinor 900 500']);
  });

  it('is a day without events, and what was not counted', () => {
    const quarantined = [1, 2].map((rows) => ({ reason: 'time-without-zone', rows }));
    expect(listed([], [], { events: 0, quarantined })).toEqual([
      'no-events null events 0 ',
      'time-without-zone null lines 3 ',
    ]);
  });

  it.each([
    [100, [100, 100, 100, 100], false],
    [149, [100, 100, 100, 100], false],
    [150, [100, 100, 100, 100], true],
    [50, [100, 100, 100, 100], true],
    [900, [100, 100, 100, 9000], true],
    [900, [0, 0, 0, 9000], false],
    [300, [60, 220, 140, 100], false],
  ])('%d is compared with %j: %s', (value, values, isFar) => {
    expect(isFarOutside(BigInt(value), values.map(BigInt))).toBe(isFar);
  });
});

it('reports and the page of a day list what is unusual, in the table, the manifest and three languages', async () => {
  const earlier = await build([lakeFile(orderPlaced({ channel: 'web' }), orderPlaced({ channel: 'market' }))]);
  const path = join(earlier.directory, 'totals-by-channel.parquet');
  const comparedWith = [1, 2, 3, 4].map((version) => ({ date: '2011-06-08', version, path }));
  const noZone = JSON.stringify(orderPlaced()).replace(/("occurredAt":"[^"]*)Z"/, '$1"');
  const { rows, quality, read } = await build(
    [lakeFile(...[1, 2, 3, 4].map(() => orderPlaced({ channel: 'web' })), noZone)],
    { comparedWith },
  );
  expect(rows('data-quality').map((row) => Object.values(row).join(' '))).toEqual([
    'silent-channel market  orders 0 1 0 4',
    'time-without-zone   lines 1   ',
    'unusual-sum  GBP orders 4 2 0 4',
    'unusual-sum  GBP totalMinor 4000 2000 0 4',
    'unusual-sum market GBP orders 0 1 0 4',
    'unusual-sum market GBP totalMinor 0 1000 0 4',
    'unusual-sum web GBP orders 4 1 0 4',
    'unusual-sum web GBP totalMinor 4000 1000 0 4',
  ]);
  expect(quality).toEqual({
    findings: [
      { reason: 'silent-channel', rows: 1 },
      { reason: 'time-without-zone', rows: 1 },
      { reason: 'unusual-sum', rows: 6 },
    ],
    comparedWith: comparedWith.map(({ date, version }) => ({ date, version })),
  });
  const page = read('report.html').toString('utf8');
  for (const text of ['Channel without orders', '通路沒有訂單', '渠道没有订单', '40.00']) expect(page).toContain(text);
});
