import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { factOf, type LedgerMessage } from '../../../functions/ledger/posting/event-facts.ts';
import { taxDifference } from '../../../functions/ledger/posting/order-balances.ts';
import { type LedgerStates, post } from '../../../functions/ledger/posting/post.ts';
import { anOrder, pricedOrder } from '../priced-orders.ts';
import * as events from './ledger-events.ts';

const day = '2026-06-01';
const taxesOf = (messages: LedgerMessage[]) => {
  const states: LedgerStates = { orders: new Map(), skus: new Map() };
  const rows = messages
    .flatMap((message) => post(states, factOf(message)))
    .flatMap(({ transactions }) => transactions)
    .flatMap(({ taxes = [] }) => taxes);
  return taxDifference(rows, [])
    .map(({ place, rate, percentage, relief = '', baseMinor, taxMinor }) =>
      [place, rate, percentage, relief, baseMinor, taxMinor].join(' '),
    )
    .toSorted();
};
const line = (price: number, tax: number, category?: string) => ({
  sku: 'A',
  quantity: 1,
  price,
  tax,
  ...(category !== undefined && { category }),
});
const sold = (given: Parameters<typeof events.placed>[2], paidMinor: number) => [
  events.placed('01', day, given),
  events.paid('02', day, paidMinor),
];

/** Tax and the amount without tax that it is due on: of places, rates and reliefs, after capture. */
const cases: [string, LedgerMessage[], string[]][] = [
  [
    'a sale at three rates has the amount of each',
    sold(
      {
        lines: [line(900, 0, 'zero'), line(1890, 90, 'reduced'), line(1080, 180)],
        taxes: [
          ['reduced', '5', 90, ['reduced']],
          ['standard', '20', 180, ['standard']],
          ['zero', '0', 0, ['zero']],
        ],
      },
      3870,
    ),
    ['GB GB:reduced 5  1800 90', 'GB GB:standard 20  900 180', 'GB GB:zero 0  900 0'],
  ],
  [
    'two rates of one kind and country are kept apart by their percentage',
    sold(
      {
        lines: [line(1100, 100, 'reduced'), line(1130, 130, 'intermediate')],
        country: 'AT',
        jurisdiction: 'AT',
        taxes: [
          ['reduced', '13', 130, ['intermediate']],
          ['reduced', '10', 100, ['reduced']],
        ],
      },
      2230,
    ),
    ['AT AT:reduced 10  1000 100', 'AT AT:reduced 13  1000 130'],
  ],
  [
    'a state and a city tax the same amount, shipping too',
    sold(
      {
        lines: [line(1085, 85)],
        shipping: 543,
        shippingTax: 43,
        country: 'US',
        state: 'NY',
        taxes: [
          ['city', '4.5', 68, ['standard'], 'New York City'],
          ['state', '4', 60, ['standard'], 'New York'],
        ],
      },
      1628,
    ),
    ['US-NY New-York-City:city 4.5  1500 68', 'US-NY New-York:state 4  1500 60'],
  ],
  [
    'an export has no tax, and an amount',
    sold(
      { lines: [line(1200, 0)], country: 'US', taxes: [['zero', '0', 0]], relief: 'export', jurisdiction: '*' },
      1200,
    ),
    ['US US:zero 0 export 1200 0'],
  ],
  [
    'a reverse charge has no tax, and an amount',
    sold(
      {
        lines: [line(1000, 0)],
        country: 'DE',
        taxes: [['zero', '0', 0]],
        relief: 'reverse-charge',
        jurisdiction: 'DE',
      },
      1000,
    ),
    ['DE DE:zero 0 reverse-charge 1000 0'],
  ],
  [
    'a refund gives back the amount with its tax',
    [
      ...sold({ lines: [{ sku: 'A', quantity: 2, price: 1200, tax: 400 }] }, 2400),
      events.refundPaid('03', day, [{ pot: 'line:line-1', amountMinor: 1200, taxMinor: 200, quantity: 1 }]),
    ],
    ['GB GB:standard 20  1000 200'],
  ],
  ['half of the money makes half of it due', sold({ lines: [line(1200, 200)] }, 600), ['GB GB:standard 20  500 100']],
];
test.each(cases)('%s', (_, messages, expected) => expect(taxesOf(messages)).toEqual(expected));

test('a captured order of any prices, rates and discounts owes the taxes that it was placed with', () => {
  const owes = fc.property(anOrder, (given) => {
    const order = pricedOrder(given);
    const lines = [line(1, 0)];
    const template = events.placed('01', day, { lines });
    const data = Object.assign({}, template.detail['data'], order, {
      orderId: 'ord_1',
      lines: order.lines.map((each) => Object.assign({ totalMinor: 0, warehouse: 'main' }, each)),
      discounts: [],
      placedAt: `${day}T12:00:00Z`,
    });
    const messages = [{ ...template, detail: { ...template.detail, data } }, events.paid('02', day, order.totalMinor)];
    const sums = new Map<string, [number, number]>();
    for (const { percentage, kind, rateId, taxableMinor, taxMinor } of order.taxes ?? []) {
      const key = `${kind ?? rateId} ${percentage}`;
      const [base, tax] = sums.get(key) ?? [0, 0];
      sums.set(key, [base + taxableMinor, tax + taxMinor]);
    }
    const expected = Array.from(sums, ([key, [base, tax]]) => `${key} ${base} ${tax}`);
    const found = taxesOf(messages).map((row) => {
      const [, rate = '', percentage, , base, tax] = row.split(' ');
      return `${rate.split(':')[1]} ${percentage} ${base} ${tax}`;
    });
    expect(found.toSorted()).toEqual(expected.filter((row) => !row.endsWith(' 0 0')).toSorted());
  });
  expect(fc.check(owes, { numRuns: 150 })).toMatchObject({ failed: false, counterexample: null });
});
