import { expect, test } from 'vitest';
import { taxSumsOf } from '../../../functions/ledger/consumption/posting-store.ts';
import { factOf, type LedgerMessage } from '../../../functions/ledger/posting/event-facts.ts';
import type { StoredTransaction } from '../../../functions/ledger/posting/ledger-keys.ts';
import { type LedgerStates, post } from '../../../functions/ledger/posting/post.ts';
import { type Kind, monthsOf, taxReturnOf } from '../../../functions/ledger/tax-returns/tax-return.ts';
import { taxReturnCsv } from '../../../functions/ledger/tax-returns/tax-return-csv.ts';
import { unprovenExport } from '../../../functions/ledger/tax-returns/unproven-exports.ts';
import * as events from '../posting/ledger-events.ts';

/** A return of the events; `late` ones are for May, which was closed. */
function returnOf(kind: Kind, messages: LedgerMessage[], late: LedgerMessage[] = [], home = 'GB') {
  const states: LedgerStates = { orders: new Map(), skus: new Map() };
  const transactionsOf = (some: LedgerMessage[], given: object): StoredTransaction[] =>
    some
      .flatMap((message) => post(states, factOf(message)))
      .flatMap(({ transactions }) => transactions)
      .map((transaction) => Object.assign({ date: '2026-06-15' }, transaction, given));
  const all = [...transactionsOf(messages, {}), ...transactionsOf(late, { for: '2026-03-31' })];
  const balances = all.flatMap(({ currency, postings }) =>
    postings.map(({ account, amountMinor }) => {
      const [debitMinor, creditMinor] = [Math.max(0, amountMinor), Math.max(0, -amountMinor)];
      return { month: '2026-06', currency, account, debitMinor, creditMinor };
    }),
  );
  const taxes = [...taxSumsOf(all).values()];
  return taxReturnOf({ kind, period: '2026-Q2', isClosed: true, home }, { taxes, balances, unprovenExports: [] });
}
const boxes = (found: ReturnType<typeof returnOf>) =>
  Object.fromEntries(found.boxes.map(({ box, amount }) => [box, amount]));

const day = '2026-06-09';
const line = (price: number, tax: number, category?: string) => ({
  sku: 'A',
  quantity: 1,
  price,
  tax,
  ...(category !== undefined && { category }),
});
const sale = (id: string, given: Parameters<typeof events.placed>[2], amount: number) => [
  events.placed(`${id}1`, day, { ...given, id: `ord_${id}` }),
  withOrder(events.paid(`${id}2`, day, amount), `ord_${id}`),
];
const withOrder = (message: LedgerMessage, orderId: string): LedgerMessage => ({
  ...message,
  detail: { ...message.detail, data: { ...(message.detail['data'] as object), orderId } },
});
const m12 = sale(
  'a',
  {
    lines: [
      { ...line(1000, 0, 'zero'), discount: 100 },
      { ...line(2100, 90, 'reduced'), discount: 210 },
      { ...line(1200, 180), discount: 120 },
    ],
    taxes: [
      ['reduced', '5', 90, ['reduced']],
      ['standard', '20', 180, ['standard']],
      ['zero', '0', 0, ['zero']],
    ],
  },
  3870,
);
const exported = sale(
  'b',
  { lines: [line(1200, 0)], country: 'US', relief: 'export', taxes: [['zero', '0', 0]] },
  1200,
);
const german = sale(
  'c',
  { lines: [line(1190, 190)], country: 'DE', jurisdiction: 'DE', taxes: [['standard', '19', 190, ['standard']]] },
  1190,
);
const californian = sale(
  'd',
  { lines: [line(1073, 73)], country: 'US', state: 'CA', taxes: [['state', '7.25', 73, ['standard'], 'California']] },
  1073,
);

test('the nine boxes of M12 and M13: tax of 2.70 on 36 pounds, and an export of 12 pounds', () => {
  expect(boxes(returnOf('uk-vat', m12))).toMatchObject({ 1: '2.70', 3: '2.70', 5: '2.70', 6: '36' });
  expect(boxes(returnOf('uk-vat', exported))).toMatchObject({ 1: '0.00', 6: '12' });
});

test('what another state taxes is in its own return only', () => {
  const all = [...m12, ...exported, ...german, ...californian];
  expect(boxes(returnOf('uk-vat', all))).toEqual({
    1: '2.70',
    2: '0.00',
    3: '2.70',
    4: '0.00',
    5: '2.70',
    6: '48',
    7: '0',
    8: '0',
    9: '0',
  });
  expect(returnOf('eu-oss', all)).toMatchObject({
    rows: [{ place: 'DE', rate: 'DE:standard', percentage: '19', baseMinor: 1000, taxMinor: 190 }],
    totals: [{ place: 'DE', currency: 'GBP', taxMinor: 190 }],
  });
  expect(returnOf('us-sales-tax', all)).toMatchObject({
    rows: [{ place: 'US-CA', rate: 'California:state', percentage: '7.25', baseMinor: 1000, taxMinor: 73 }],
    totals: [{ place: 'US-CA', taxMinor: 73 }],
  });
  expect(returnOf('eu-oss', german, [], 'DE').rows).toEqual([]);
});

test('purchases: input tax that a person entered, and goods that were received', () => {
  const entry = events.entered('e', day, [
    { account: 'assets:tax:input:GB', amountMinor: 70 },
    { account: 'assets:bank', amountMinor: -70 },
  ]);
  const stock = [events.skuCost('c0', '2026-05-01', 'A', 450), events.moved('r', day, 'receipt', 10)];
  expect(boxes(returnOf('uk-vat', [...m12, ...stock, entry]))).toMatchObject({ 4: '0.70', 5: '2.00', 7: '45' });
});

test('a late event of a closed month before the period is a correction that names it, and part of the sums', () => {
  const found = returnOf('uk-vat', m12, sale('e', { lines: [line(1200, 200)] }, 1200));
  expect(found.rows.reduce((sum, { taxMinor }) => sum + taxMinor, 0)).toBe(270);
  expect(found.corrections).toMatchObject([
    { forMonth: '2026-03', rate: 'GB:standard', baseMinor: 1000, taxMinor: 200 },
  ]);
  expect(boxes(found)).toMatchObject({ 1: '4.70', 6: '46' });
  expect(found.totals).toEqual([{ place: 'GB', currency: 'GBP', taxMinor: 470 }]);
  expect(taxReturnCsv(found)).toContain("correction,,'2026-03,GB,GB:standard,20,,GBP,1000,200,\n");
});

test('output tax that a person entered has no base, and is listed', () => {
  const account = 'liabilities:tax:output:GB:standard';
  const entry = events.entered('e', day, [
    { account, amountMinor: -55 },
    { account: 'assets:bank', amountMinor: 55 },
  ]);
  const found = returnOf('uk-vat', [...m12, entry]);
  expect(found.entries).toEqual([{ account, currency: 'GBP', taxMinor: 55 }]);
  expect(boxes(found)).toMatchObject({ 1: '3.25', 6: '36' });
});

test('currencies are never added', () => {
  const euros = events.placed('x1', day, { id: 'ord_x', currency: 'EUR', lines: [line(1200, 200)] });
  const shipment = events.shipped('x2', day, [{ sku: 'A', quantity: 1 }], 'ord_x');
  const found = returnOf('uk-vat', [...m12, euros, shipment]);
  expect(found.boxes.filter(({ box }) => box === 1)).toEqual([
    { currency: 'EUR', box: 1, amount: '2.00' },
    { currency: 'GBP', box: 1, amount: '2.70' },
  ]);
});

test.each([
  ['2026-Q1', ['2026-01', '2026-02', '2026-03']],
  ['2026-Q4', ['2026-10', '2026-11', '2026-12']],
  ['2026-06', ['2026-06']],
])('the months of %s', (period, months) => expect(monthsOf(period)).toEqual(months));

test.each<[string, LedgerMessage[], number | undefined]>([
  ['paid and not shipped', exported, 1200],
  ['shipped', [...exported, events.shipped('s', day, [{ sku: 'A', quantity: 1 }], 'ord_b')], undefined],
  [
    'cancelled',
    [...exported.slice(0, 1), withOrder(events.cancelled('k', day, [{ sku: 'A', quantity: 1 }]), 'ord_b')],
    undefined,
  ],
])('an export that is %s', (_, messages, amountMinor) => {
  const states: LedgerStates = { orders: new Map(), skus: new Map() };
  for (const message of messages) post(states, factOf(message));
  const state = states.orders.get('ord_b');
  const at = (now: string) => state && unprovenExport({ orderId: 'ord_b', state }, Date.parse(now));
  expect(at('2026-07-01T00:00:00Z')?.amountMinor).toBe(amountMinor);
  expect(at('2026-07-01T00:00:00Z')?.isOverdue).toBe(amountMinor && false);
  expect(at('2026-09-30T00:00:00Z')?.isOverdue).toBe(amountMinor && true);
});
