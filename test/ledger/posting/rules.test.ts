import { expect, test } from 'vitest';
import { Balances } from '../../../functions/ledger/posting/balances.ts';
import { factOf, type LedgerMessage } from '../../../functions/ledger/posting/event-facts.ts';
import { type LedgerStates, post } from '../../../functions/ledger/posting/post.ts';
import * as events from './ledger-events.ts';

function balancesAfter(messages: readonly LedgerMessage[]): Record<string, number> {
  const states: LedgerStates = { orders: new Map(), skus: new Map() };
  const balances = new Balances();
  for (const { transactions } of messages.flatMap((message) => post(states, factOf(message)))) {
    for (const { currency, postings } of transactions) {
      for (const { account, amountMinor } of postings) balances.add(currency, account, amountMinor);
    }
  }
  return Object.fromEntries(balances.entries().map(({ account, amountMinor }) => [account, amountMinor]));
}

const day = '2026-06-01';
const three = { sku: 'A', quantity: 3, price: 1200, tax: 600 };
const order = events.placed('01', day, { lines: [three] });
const A = (quantity: number) => [{ sku: 'A', quantity }];
const refundOfOne = [{ pot: 'line:line-1', amountMinor: 1200, taxMinor: 200, quantity: 1 }];
const deferredGoods = 'liabilities:deferred:goods';
const deferredTax = 'liabilities:tax:deferred';
const outputTax = 'liabilities:tax:output:GB:standard';
const receivable = 'assets:receivable:customers';
const clearing = 'assets:clearing:stripe';

const cases: [string, LedgerMessage[], Record<string, number>][] = [
  [
    'a lost chargeback with its fee, a fee that was given back and a payout leave what the provider owes',
    [
      order,
      events.paid('02', day, 3600),
      events.settled('03', day, 'fee', 82),
      events.settled('04', day, 'chargeback-fee', 1500),
      events.settled('05', day, 'fee', -20),
      events.settled('06', day, 'payout', 1000),
    ],
    {
      [clearing]: 3600 - 82 - 1500 + 20 - 1000,
      [deferredGoods]: -3000,
      [outputTax]: -600,
      'expenses:payment-fees': 62,
      'expenses:chargeback-fees': 1500,
      'assets:bank': 1000,
    },
  ],
  [
    'an imported order posts nothing, and its history neither: the books of the former system have them',
    [
      events.placed('01', day, { lines: [three], isImported: true }),
      events.paid('02', day, 3600),
      events.shipped('03', day, A(3)),
    ],
    {},
  ],
  [
    'a refund of an imported order that waited for it is a return',
    [events.refundPaid('02', day, refundOfOne), events.placed('01', day, { lines: [three], isImported: true })],
    { [clearing]: -1200, [outputTax]: 200, 'revenue:returns': 1000 },
  ],
  [
    'money above the total of an imported order is an overpayment',
    [events.placed('01', day, { lines: [three], isImported: true }), events.paid('02', day, 3700)],
    { [clearing]: 100, 'liabilities:overpayments': -100 },
  ],
  [
    'a chargeback of an imported order is disputed',
    [
      events.placed('01', day, { lines: [three], isImported: true }),
      events.paid('02', day, 3600, { type: 'chargeback.opened', chargebackId: 'cb' }),
    ],
    { 'assets:disputed:stripe': 3600, [clearing]: -3600 },
  ],
  [
    'a return of an imported order restocks at the average cost',
    [
      events.skuCost('c', '2026-05-01', 'A', 450),
      events.placed('01', day, { lines: [three], isImported: true }),
      events.returned('02', day, A(1)),
    ],
    { 'assets:inventory': 450, 'expenses:cost-of-goods': -450 },
  ],
  [
    'a unit that is shipped before it is paid makes its tax due',
    [order, events.shipped('02', day, A(1))],
    { [receivable]: 3600, [deferredGoods]: -2000, [deferredTax]: -400, [outputTax]: -200, 'revenue:goods': -1000 },
  ],
  [
    'a payment of a third makes a third of the tax due, and a shipped unit no more than that',
    [order, events.paid('02', day, 1200), events.shipped('03', day, A(1))],
    {
      [receivable]: 2400,
      [clearing]: 1200,
      [deferredGoods]: -2000,
      [deferredTax]: -400,
      [outputTax]: -200,
      'revenue:goods': -1000,
    },
  ],
  [
    'the money of a unit that was cancelled for its refund is no return of a sale',
    [
      order,
      events.paid('02', day, 3600),
      events.cancelled('03', day, A(1), { whole: false, refundId: 'ref_1' }),
      events.shipped('04', day, A(2)),
      events.refundPaid('05', day, refundOfOne),
    ],
    { [clearing]: 2400, [outputTax]: -400, 'revenue:goods': -2000 },
  ],
  [
    'units that were sold before their receipt have its cost once it arrives',
    [
      events.skuCost('c', '2026-05-01', 'A', 450),
      order,
      events.shipped('02', day, A(3)),
      events.moved('r', '2026-06-03', 'receipt', 10, 460),
    ],
    {
      [receivable]: 3600,
      [outputTax]: -600,
      'revenue:goods': -3000,
      'expenses:cost-of-goods': 3 * 460,
      'assets:inventory': 7 * 460,
      'liabilities:goods-received': -10 * 460,
    },
  ],
  [
    'an edit and a cancellation apply in the order of the versions of the order, not of their ids',
    [
      order,
      events.cancelled('02', day, A(1), { whole: false, version: 3 }),
      events.resized('03', day, 2, { sku: 'A', quantity: 2, price: 1200, tax: 400 }, { taxMinor: 400 }),
    ],
    { [receivable]: 1200, [deferredGoods]: -1000, [deferredTax]: -200 },
  ],
  [
    'a chargeback that the store won leaves the money with the provider',
    [
      order,
      events.paid('02', day, 3600),
      events.paid('03', day, 500, { type: 'chargeback.opened' }),
      events.paid('04', day, 500, { type: 'chargeback.won' }),
    ],
    { [clearing]: 3600, [deferredGoods]: -3000, [outputTax]: -600 },
  ],
  [
    'the tax of a zone without a country belongs to the country that is shipped to',
    [events.placed('01', day, { lines: [three], jurisdiction: '*', country: 'GB' }), events.paid('02', day, 3600)],
    { [clearing]: 3600, [deferredGoods]: -3000, [outputTax]: -600 },
  ],
  [
    'an open chargeback is disputed',
    [order, events.paid('02', day, 3600), events.paid('03', day, 500, { type: 'chargeback.opened' })],
    { [clearing]: 3100, 'assets:disputed:stripe': 500, [deferredGoods]: -3000, [outputTax]: -600 },
  ],
  [
    'damaged units that came back have no value, and their write-off costs nothing',
    [
      events.skuCost('c', '2026-05-01', 'A', 450),
      events.moved('r', '2026-05-02', 'receipt', 5, 450),
      order,
      events.shipped('02', '2026-06-02', A(3)),
      events.returned('03', '2026-06-03', A(1), 'damaged'),
      events.moved('w', '2026-06-04', 'write-off', -1),
    ],
    {
      [receivable]: 3600,
      [outputTax]: -600,
      'revenue:goods': -3000,
      'expenses:cost-of-goods': 3 * 450,
      'assets:inventory': 2 * 450,
      'liabilities:goods-received': -5 * 450,
    },
  ],
];

test.each(cases)('%s', (_rule, messages, expected) => {
  expect(balancesAfter(messages)).toEqual(expected);
  expect(balancesAfter(messages.toReversed())).toEqual(expected);
});
