import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { daysFrom } from '../../../shared/business-day.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { VisitsCounted } from '../../../shared/contracts/reports/visit-events.ts';
import { paid, refundPaid } from '../../ledger/posting/ledger-events.ts';
import { build } from './build-day.ts';
import { lakeFile, orderCancelled, orderPlaced } from './lake-files.ts';

/*
 * A second program over the files of the lake: plain arithmetic, no SQL and none of the code of the reports. It reads lines
 * as they are in the files, repeated ones too, and adds up each measure by channel and currency.
 */

const Line = z.looseObject({
  sku: z.string(),
  quantity: z.int(),
  unitPriceMinor: z.int(),
  discountMinor: z.int(),
  taxMinor: z.int(),
});
const LakeLine = z.object({
  'detail-type': z.string(),
  detail: z.object({ metadata: z.looseObject({ eventId: z.string() }), data: z.record(z.string(), z.unknown()) }),
});
const Placed = z.looseObject({
  channel: z.string(),
  currency: z.string(),
  orderId: z.string(),
  lines: z.array(Line),
  shippingMinor: z.int(),
  taxMinor: z.int(),
  totalMinor: z.int(),
});
const Cancelled = z.looseObject({ channel: z.string(), currency: z.string(), cancelledMinor: z.int() });
const Payment = z.looseObject({
  order: z.looseObject({ channel: z.string() }).nullish(),
  payment: z.looseObject({ type: z.string(), amountMinor: z.int(), currency: z.string() }),
});
const Pot = z.looseObject({ pot: z.string(), amountMinor: z.int(), taxMinor: z.int(), quantity: z.int() });
const Refund = z.looseObject({ channel: z.string(), currency: z.string(), pots: z.array(Pot) });
const Visits = z.looseObject({ channel: z.string(), currency: z.string(), visits: z.int() });

type Sums = Map<string, number>;

/** Prices contain tax; the tax of a line is that of what is paid. The list price has the same rate, rounded half up. */
const halfUp = (numerator: number, denominator: number) =>
  Math.floor((2 * numerator + denominator) / (2 * denominator));

/** Measures by `channel currency measure`. */
function measured(files: readonly Buffer[]): Sums {
  const sums: Sums = new Map();
  const seen = new Set<string>();
  const lines = files.flatMap((file) => gunzipSync(file).toString().split('\n')).filter((line) => line !== '');
  for (const text of lines) {
    const { 'detail-type': type, detail } = LakeLine.parse(JSON.parse(text));
    if (seen.has(detail.metadata.eventId)) continue;
    seen.add(detail.metadata.eventId);
    for (const [key, measure, amount] of amountsOf(type, detail.data)) {
      const name = `${key} ${measure}`;
      sums.set(name, (sums.get(name) ?? 0) + amount);
    }
  }
  return sums;
}

type Amount = [key: string, measure: string, amount: number];

function amountsOf(type: string, data: Record<string, unknown>): Amount[] {
  switch (type) {
    case 'OrderPlaced':
      return ofOrder(Placed.parse(data));
    case 'OrderCancelled': {
      const { channel, currency, cancelledMinor } = Cancelled.parse(data);
      const key = `${channel} ${currency}`;
      // Without the parts of its sale, the whole value counts as goods.
      return [
        ...['grossReversals', 'grossReversalsInclTax', 'reversals', 'reversalsInclTax'].map((name): Amount => [
          key,
          name,
          cancelledMinor,
        ]),
        ...['netSales', 'netSalesInclTax', 'totalSales'].map((name): Amount => [key, name, -cancelledMinor]),
        [key, 'cancelledOrders', 1],
      ];
    }
    case 'PaymentRecorded': {
      const { order, payment } = Payment.parse(data);
      return payment.type === 'payment.captured'
        ? [[`${order?.channel ?? ''} ${payment.currency}`, 'captured', payment.amountMinor]]
        : [];
    }
    case 'RefundPaid':
      return ofRefund(Refund.parse(data));
    case 'VisitsCounted': {
      const { channel, currency, visits } = Visits.parse(data);
      return [[`${channel} ${currency}`, 'visits', visits]];
    }
    default:
      return [];
  }
}

function ofOrder({ channel, currency, lines, shippingMinor, taxMinor }: z.infer<typeof Placed>): Amount[] {
  const key = `${channel} ${currency}`;
  const amounts: Amount[] = [[key, 'orders', 1]];
  const add = (name: string, amount: number) => void amounts.push([key, name, amount]);
  let taxOfLines = 0;
  for (const line of lines) {
    const gross = line.quantity * line.unitPriceMinor;
    const paidMinor = gross - line.discountMinor;
    const net = paidMinor - line.taxMinor;
    const listTax =
      line.discountMinor === 0 ? line.taxMinor : paidMinor > 0 ? halfUp(line.taxMinor * gross, paidMinor) : 0;
    const discount = Math.max(0, gross - listTax - net);
    taxOfLines += line.taxMinor;
    add('units', line.quantity);
    add('grossSales', net + discount);
    add('grossSalesInclTax', gross);
    add('discounts', discount);
    add('discountsInclTax', gross - paidMinor);
    add('netSales', net);
    add('netSalesInclTax', paidMinor);
  }
  add('tax', taxMinor);
  add('shipping', shippingMinor - (taxMinor - taxOfLines));
  add('shippingInclTax', shippingMinor);
  add(
    'totalSales',
    lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor - line.discountMinor, shippingMinor),
  );
  return amounts;
}

function ofRefund({ channel, currency, pots }: z.infer<typeof Refund>): Amount[] {
  const key = `${channel} ${currency}`;
  return pots.flatMap(({ pot, amountMinor, taxMinor, quantity }): Amount[] => {
    const net = amountMinor - taxMinor;
    const money: Amount[] = [
      [key, 'moneyRefunded', amountMinor],
      [key, 'tax', -taxMinor],
      [key, 'totalSales', -amountMinor],
    ];
    if (pot === 'shipping') return [...money, [key, 'shipping', -net], [key, 'shippingInclTax', -amountMinor]];
    return [
      ...money,
      [key, 'returnedUnits', pot.startsWith('line:') ? quantity : 0],
      ...['grossReversals', 'reversals', 'returns'].flatMap((name): Amount[] => [
        [key, name, net],
        [key, `${name}InclTax`, amountMinor],
      ]),
      [key, 'netSales', -net],
      [key, 'netSalesInclTax', -amountMinor],
    ];
  });
}

/** Numbers from 0 to below 1, the same in every run (a linear congruential generator). */
function randoms(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
}

const random = randoms(16);
const whole = (max: number) => Math.floor(max * random());

/** The files of a day: orders in two currencies and channels with everything that follows, some lines repeated. */
function filesOf(date: string): Buffer[] {
  const at = (hour: number) => `${date}T${String(hour).padStart(2, '0')}:00:00.000Z`;
  const orders = Array.from({ length: 12 + whole(10) }, () => {
    const lines = Array.from({ length: 1 + whole(3) }, (_, index) => {
      const [quantity, unitPriceMinor] = [1 + whole(4), 99 + whole(3000)];
      const gross = quantity * unitPriceMinor;
      const discountMinor = whole(3) === 0 ? whole(gross + 1) : 0;
      return {
        lineId: `l${index}`,
        sku: `S${whole(9)}`,
        quantity,
        unitPriceMinor,
        discountMinor,
        taxMinor: halfUp(gross - discountMinor, 6),
      };
    });
    const shippingMinor = whole(2) * 495;
    const taxMinor = lines.reduce((sum, line) => sum + line.taxMinor, halfUp(shippingMinor, 6));
    const currency = whole(4) === 0 ? 'EUR' : 'GBP';
    return orderPlaced({
      channel: whole(2) === 0 ? 'storefront' : 'marketplace',
      currency,
      placedAt: at(8 + whole(10)),
      lines,
      shippingMinor,
      taxMinor,
    });
  });
  const cancelled = orders.filter(() => whole(9) === 0).map(({ detail }) => orderCancelled(detail.data));
  const others = Array.from({ length: 4 }, (_, index) => [
    paid(`pay-${date}-${index}`, at(12), 1000 + whole(9000), { occurredAt: at(12) }),
    refundPaid(`ref-${date}-${index}`, at(13), [
      { pot: 'line:l0', amountMinor: 600 + whole(600), taxMinor: 100, quantity: 1 },
      { pot: 'shipping', amountMinor: 120, taxMinor: 20 },
      { pot: 'goodwill', amountMinor: whole(300), taxMinor: 0 },
    ]),
  ]).flat();
  const cause = { actor: 'storefront', correlationId: 'c', causationId: 'c', now: Date.parse(at(10)) };
  const visits = ['GBP', 'EUR'].map((currency) => {
    const data = { batchId: date, channel: 'storefront', currency, visits: whole(5000) };
    return newEvent(VisitsCounted, data, cause, at(10));
  });
  const events = [...orders, ...cancelled, ...others, ...visits];
  return [
    lakeFile(...events.slice(0, 9)),
    lakeFile(...events.slice(5)),
    lakeFile(...events.filter(() => whole(4) === 0)),
  ];
}

describe('a month of reports', () => {
  // Seen failing with shipping that contains its tax. Repeated lines count once.
  it('has the measures that a second program computes from the files of the lake', { timeout: 120_000 }, async () => {
    const days = daysFrom('2011-06-01', '2011-06-30', 31);
    const names = new Set<string>();
    let compared = 0;
    for (const date of days) {
      const files = filesOf(date);
      const expected = measured(files);
      for (const key of expected.keys()) names.add(key.split(' ')[2] ?? '');
      const { rows, directory } = await build(files, { date });
      expect(readFileSync(join(directory, 'quarantine.csv')).toString().trim().split('\n')).toHaveLength(1);
      const found: Sums = new Map();
      for (const row of rows('totals-by-channel')) {
        for (const name of names) found.set(`${row['channel']} ${row['currency']} ${name}`, Number(row[name]));
      }
      for (const [key, value] of found) {
        compared += 1;
        expect(`${date} ${key} ${value}`).toBe(`${date} ${key} ${expected.get(key) ?? 0}`);
      }
      const missing = [...expected].filter(([key, value]) => value !== 0 && !found.has(key));
      expect(missing).toEqual([]);
    }
    expect(names.size).toBeGreaterThan(22);
    expect(compared).toBeGreaterThan(days.length * names.size);
  });
});
