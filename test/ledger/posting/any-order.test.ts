import { assert, property, shuffledSubarray, subarray } from 'fast-check';
import { expect, test } from 'vitest';
import { Balances } from '../../../functions/ledger/posting/balances.ts';
import { factOf, type LedgerMessage } from '../../../functions/ledger/posting/event-facts.ts';
import { type LedgerStates, post } from '../../../functions/ledger/posting/post.ts';
import * as events from './ledger-events.ts';

/**
 * Posts the events and returns the balances of all accounts. Throws if a transaction does not balance, or if the changes of
 * the stock of SKUs are not those of the inventory.
 */
function balancesAfter(messages: readonly LedgerMessage[]): Record<string, number> {
  const states: LedgerStates = { orders: new Map(), skus: new Map() };
  const balances = new Balances();
  const codes = new Set<string>();
  const units = new Map<string, number>();
  for (const message of messages) {
    for (const { transactions, stock: valued } of post(states, factOf(message))) {
      const inventory = transactions
        .flatMap(({ postings }) => postings)
        .filter(({ account }) => account === inventoryOf);
      // Also what corrects earlier costs.
      expect(sumOf((valued?.changes ?? []).map(({ valueMinor }) => valueMinor))).toBe(
        sumOf(inventory.map(({ amountMinor }) => amountMinor)),
      );
      for (const { sku, currency, units: own } of valued?.changes ?? [])
        units.set(`${sku} ${currency}`, (units.get(`${sku} ${currency}`) ?? 0) + own);
      for (const { code, currency, postings, taxes = [] } of transactions) {
        const output = postings.filter(({ account }) => account.startsWith('liabilities:tax:output:'));
        const due = taxes.reduce((sum, { taxMinor }) => sum + taxMinor, 0);
        expect(due).toBe(-output.reduce((sum, { amountMinor }) => sum + amountMinor, 0) || 0);
        expect(codes).not.toContain(code);
        codes.add(code);
        expect(postings.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBe(0);
        for (const { account, amountMinor } of postings) balances.add(currency, account, amountMinor);
      }
    }
  }
  const named = balances
    .entries()
    .map(({ currency, account, amountMinor }): [string, number] => [`${currency} ${account}`, amountMinor]);
  return Object.fromEntries(
    [...named, ...[...units].filter(([, own]) => own !== 0)].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const inventoryOf = 'assets:inventory';
const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
const day = (number: number) => `2026-06-${String(number).padStart(2, '0')}`;
const order = events.placed('01', day(1), {
  lines: [
    { sku: 'A', quantity: 3, price: 1199, tax: 600 },
    { sku: 'B', quantity: 2, price: 551, discount: 101, tax: 48, category: 'reduced' },
  ],
  shipping: 495,
  shippingTax: 83,
  taxes: [
    ['standard', '20', 683],
    ['reduced', '5', 48],
  ],
});
const totalMinor = 3 * 1199 + 2 * 551 - 101 + 495;
const stock = [
  events.skuCost('c1', day(1), 'A', 333),
  events.skuCost('c2', day(1), 'B', 100),
  events.moved('r1', day(2), 'receipt', 7, 451),
  events.moved('w1', day(3), 'write-off', -1),
  events.moved('r2', day(6), 'receipt', 5, 480),
  events.moved('n1', day(9), 'count', -2),
  events.moved('n2', day(10), 'count', 1),
];
const A = (quantity: number) => [{ sku: 'A', quantity, lineId: 'line-1' }];
const B = (quantity: number) => [{ sku: 'B', quantity, lineId: 'line-2' }];

/** Lives of an order. Each ends with all that was sold shipped, cancelled or expired. */
const lives: [string, LedgerMessage[]][] = [
  [
    'paid in parts, shipped in parts, one unit returned and restocked',
    [
      order,
      events.paid('02', day(1), 1000),
      events.shipped('03', day(4), A(1)),
      events.paid('04', day(5), totalMinor - 1000),
      events.shipped('05', day(7), [...A(2), ...B(2)]),
      events.refundPaid('06', day(8), [{ pot: 'line:line-1', amountMinor: 1199, taxMinor: 200, quantity: 1 }]),
      events.returned('07', day(8), A(1)),
    ],
  ],
  [
    'overpaid, a unit refunded before shipment, the rest shipped',
    [
      order,
      events.paid('02', day(1), totalMinor + 250),
      events.cancelled('03', day(2), A(1), { whole: false, refundId: 'ref_1' }),
      events.refundPaid('04', day(3), [{ pot: 'line:line-1', amountMinor: 1199, taxMinor: 200, quantity: 1 }]),
      events.refundPaid('05', day(3), [{ pot: 'overpaid', amountMinor: 250 }], { refundId: 'ref_2' }),
      events.shipped('06', day(4), [...A(2), ...B(2)]),
    ],
  ],
  [
    'a payout that the provider returned becomes store credit, and a chargeback is lost',
    [
      order,
      events.paid('02', day(1), totalMinor),
      events.shipped('03', day(4), [...A(3), ...B(2)]),
      events.refundPaid('04', day(5), [{ pot: 'line:line-2', amountMinor: 500, taxMinor: 24, quantity: 1 }]),
      events.payoutReturned('05', day(6), [{ pot: 'line:line-2', amountMinor: 500, taxMinor: 24, quantity: 1 }]),
      events.creditGranted('06', day(7), [{ pot: 'line:line-2', amountMinor: 500, taxMinor: 24, quantity: 1 }]),
      events.paid('07', day(8), 700, { type: 'chargeback.opened', chargebackId: 'dp_1' }),
      events.paid('08', day(9), 700, { type: 'chargeback.lost', chargebackId: 'dp_1' }),
      events.returned('09', day(9), B(1), 'damaged'),
    ],
  ],
  [
    'paid in another currency too, and expired',
    [
      order,
      events.paid('02', day(1), 300, { currency: 'EUR' }),
      events.paid('03', day(1), 200),
      events.expired('04', day(2)),
      events.refundPaid('05', day(3), [{ pot: 'overpaid', amountMinor: 200 }]),
      events.refundPaid('06', day(3), [{ pot: 'payment:stripe/pay_1', amountMinor: 300 }], { currency: 'EUR' }),
    ],
  ],
  [
    'a unit exchanged for another order',
    [
      order,
      events.paid('02', day(1), totalMinor),
      events.shipped('03', day(4), [...A(3), ...B(2)]),
      events.exchanged('04', day(5), [{ pot: 'line:line-1', amountMinor: 1199, taxMinor: 200, quantity: 1 }]),
      events.placed('05', day(5), {
        id: 'ord_2',
        name: 'O2',
        lines: [{ sku: 'B', quantity: 2, price: 600, tax: 200 }],
        exchangeCredit: 1199,
      }),
      events.paid('06', day(6), 1, { eventId: 'evt-06' }),
      events.shipped('07', day(7), [{ sku: 'B', quantity: 2, lineId: 'line-1' }], 'ord_2'),
    ],
  ],
  [
    'placed twice by two events',
    [
      order,
      { ...order, detail: { ...order.detail, metadata: { ...order.detail.metadata, eventId: '99' } } },
      events.expired('03', day(2)),
    ],
  ],
];

test.each(lives)('%s: any order of the events, and repeated ones, give the same balances', (_life, life) => {
  const all = [...life, ...stock];
  const expected = balancesAfter(all);
  assert(
    property(shuffledSubarray(all, { minLength: all.length }), subarray(all), (shuffled, repeated) => {
      expect(balancesAfter([...repeated, ...shuffled, ...repeated])).toEqual(expected);
    }),
    { numRuns: 25 },
  );
});

test.each(lives)('%s: nothing stays deferred', (_life, life) => {
  const balances = balancesAfter([...life, ...stock]);
  const deferred = Object.entries(balances).filter(([name]) => /deferred/.test(name));
  expect(deferred).toEqual([]);
});

test('what arrives before its order waits for it', () => {
  expect(balancesAfter([events.paid('02', day(1), 1000), events.shipped('03', day(4), A(1))])).toEqual({});
});

test('a shipment of more lines than one step takes posts the cost of each line once', () => {
  const lines = Array.from({ length: 60 }, (_, index) => ({ sku: `S${index}`, quantity: 1, price: 120, tax: 20 }));
  const messages = [
    ...lines.map(({ sku }, index) => events.skuCost(`k${index}`, day(1), sku, 7)),
    events.placed('01', day(1), { lines }),
    events.shipped('02', day(2), lines),
  ];
  expect(balancesAfter([...messages, ...messages])).toMatchObject({ 'GBP expenses:cost-of-goods': 420 });
});
