import { expect, test } from 'vitest';
import { factOf, type LedgerMessage } from '../../../functions/ledger/posting/event-facts.ts';
import type { StoredTransaction } from '../../../functions/ledger/posting/ledger-keys.ts';
import { type LedgerStates, post } from '../../../functions/ledger/posting/post.ts';
import { compareSources, dayTotals, type Figure } from '../../../functions/ledger/reconciliation/compare-sources.ts';
import { ledgerFigures, stockFigures } from '../../../functions/ledger/reconciliation/ledger-figures.ts';
import { refundedChanges, reportFigures } from '../../../functions/ledger/reconciliation/report-figures.ts';
import * as events from '../posting/ledger-events.ts';

const day = '2026-06-01';
const ofOrder = (message: LedgerMessage, orderId: string): LedgerMessage => ({
  ...message,
  detail: { ...message.detail, data: { ...(message.detail['data'] as object), orderId } },
});
const line = { sku: 'A', quantity: 2, price: 1200, tax: 400 };
const messages = [
  events.placed('P1', day, { id: 'ord_1', lines: [line], shipping: 495, shippingTax: 83 }),
  events.paid('C1', day, 2895),
  events.skuCost('K0', day, 'A', 460),
  events.moved('M1', day, 'receipt', 10),
  events.shipped('S1', day, [{ sku: 'A', quantity: 2 }]),
  events.placed('P2', day, { id: 'ord_2', lines: [{ ...line, discount: 240, tax: 360 }] }),
  ofOrder(events.cancelled('K2', day, [{ sku: 'A', quantity: 2 }]), 'ord_2'),
  events.placed('P3', day, { id: 'ord_3', currency: 'EUR', lines: [line] }),
  events.refundPaid('R1', day, [{ pot: 'line:line-1', amountMinor: 1200, taxMinor: 200, quantity: 1 }]),
];
const transactions = (): StoredTransaction[] => {
  const states: LedgerStates = { orders: new Map(), skus: new Map() };
  return messages
    .flatMap((message) => post(states, factOf(message)))
    .flatMap((step) => step.transactions)
    .map((transaction) => Object.assign({ date: day }, structuredClone(transaction)));
};
const texts = {
  orders:
    '\uFEFForderId,currency,totalMinor,taxMinor,note\r\nord_1,GBP,2895,483,"a, ""b"""\r\nord_2,GBP,2160,360,\r\nord_3,EUR,2400,400,\r\n',
  totals:
    'channel,currency,totalMinor\nstorefront,GBP,2895\nmarketplace,GBP,2160\nstorefront,EUR,2400\nmarketplace,EUR,0\nstorefront,JPY,0\n',
  refunds: 'eventId,currency,pot,refundedMinor,creditedMinor\nR1,GBP,line:line-1,1200,0\n',
  changes: 'eventId,currency,change,cancelledUnits,cancelledMinor,editedMinor\nK2,GBP,OrderCancelled,2,2160,0\n',
  stock: 'category,currency,stockChange\nlights,GBP,4000\n,GBP,-320\nlights,EUR,0\n',
};
const sale = (id: string, currency: string, totalMinor: number, taxMinor: number): Figure[] => [
  { measure: 'sales', id, currency, amountMinor: totalMinor },
  { measure: 'tax', id, currency, amountMinor: taxMinor },
];
const placedOrders = [
  ...sale('ord_1', 'GBP', 2895, 483),
  ...sale('ord_2', 'GBP', 2160, 360),
  ...sale('ord_3', 'EUR', 2400, 400),
];
const budget = { measure: 'promotion spring', id: 'ord_2', currency: 'GBP', amountMinor: 240 };
const orders = () => [...placedOrders, ...dayTotals(placedOrders), budget];
type Sources = { ledger: StoredTransaction[]; reports: typeof texts; orders: Figure[]; claims: Figure[] };
const scene = (): Sources => ({ ledger: transactions(), reports: { ...texts }, orders: orders(), claims: [budget] });
const found = ({ ledger, reports, ...others }: Sources) =>
  compareSources({
    ...others,
    ledger: [...ledgerFigures(ledger), ...stockFigures(ledger)],
    reports: reportFigures(reports),
  }).map((difference) => {
    const { eventIds: _eventIds, account: _account, ...stated } = difference;
    return stated;
  });

test('the sources of a day are equal', () => expect(found(scene())).toEqual([]));

const change = (sources: Sources, code: string, account: string, by: number) => {
  const posting = sources.ledger.find((each) => each.code === code)?.postings.find((each) => each.account === account);
  if (posting) posting.amountMinor += by;
};
const receivable = 'assets:receivable:customers';

/** One fault of a penny, or of one event, in one source; and the names that the reconciliation gives it. */
const faults: [string, (sources: Sources) => void, string[]][] = [
  [
    'a receivable that is one more',
    (s) => change(s, 'P1', receivable, 1),
    ['balance P1', 'day total *', 'sales ord_1'],
  ],
  ['a tax that is one less', (s) => change(s, 'P1', 'liabilities:tax:deferred', 1), ['balance P1', 'tax ord_1']],
  ['a cost or revenue that is one more', (s) => change(s, 'S1', 'revenue:goods', -1), ['balance S1']],
  ['a value of stock that is one more', (s) => change(s, 'M1', 'assets:inventory', 1), ['balance M1', 'stock value *']],
  ['a refund that is one less', (s) => change(s, 'R1', 'assets:clearing:stripe', 1), ['balance R1', 'refunds R1']],
  [
    'two postings of one transaction',
    (s) => {
      change(s, 'P2', receivable, 1);
      change(s, 'P2', 'liabilities:deferred:goods', -1);
    },
    ['day total *', 'sales ord_2'],
  ],
  [
    'an order that the ledger dropped',
    (s) => (s.ledger = s.ledger.filter(({ code }) => code !== 'P2')),
    ['day total *', 'sales ord_2', 'tax ord_2'],
  ],
  [
    'an order that the ledger has twice',
    (s) =>
      s.ledger.push(
        ...s.ledger.filter(({ code }) => code === 'P2').map((each) => Object.assign({}, each, { code: 'P2x' })),
      ),
    ['day total *', 'sales ord_2', 'tax ord_2'],
  ],
  [
    'a refund that the ledger dropped',
    (s) => (s.ledger = s.ledger.filter(({ code }) => code !== 'R1')),
    ['refunds R1'],
  ],
  [
    'a cancellation that the ledger dropped',
    (s) => (s.ledger = s.ledger.filter(({ code }) => code !== 'K2')),
    ['changes K2'],
  ],
  [
    'a report that is one less',
    (s) => (s.reports.orders = s.reports.orders.replace('2895,483', '2894,483')),
    ['sales ord_1'],
  ],
  ['a total that is one more', (s) => (s.reports.totals = s.reports.totals.replace('2895', '2896')), ['day total *']],
  [
    'an order that the reports dropped',
    (s) => (s.reports.orders = s.reports.orders.replace('ord_3,EUR,2400,400,\r\n', '')),
    ['sales ord_3', 'tax ord_3'],
  ],
  ['a refund that the reports have twice', (s) => (s.reports.refunds += 'R1,GBP,line:line-1,1200,0\n'), ['refunds R1']],
  ['a claim that is one less', (s) => (s.claims = [{ ...budget, amountMinor: 239 }]), ['promotion spring ord_2']],
  ['a claim that was dropped', (s) => (s.claims = []), ['promotion spring ord_2']],
  ['an order that is not among the orders', (s) => s.orders.splice(0, 2), ['sales ord_1', 'tax ord_1']],
];
test.each(faults)('%s is found by name', (_, fault, names) => {
  const sources = scene();
  fault(sources);
  expect(found(sources).map(({ measure, id }) => `${measure} ${id}`)).toEqual(names);
});

test('an order that moved to the next day is missing on its day, and too much on the next', () => {
  const today = scene();
  const moved = today.ledger.filter(({ code }) => code === 'P3');
  today.ledger = today.ledger.filter(({ code }) => code !== 'P3');
  expect(found(today)).toEqual([
    { measure: 'day total', id: '*', currency: 'EUR', reports: 2400, orders: 2400 },
    { measure: 'sales', id: 'ord_3', currency: 'EUR', reports: 2400, orders: 2400 },
    { measure: 'tax', id: 'ord_3', currency: 'EUR', reports: 400, orders: 400 },
  ]);
  const nothing = {
    orders: 'orderId,currency,totalMinor,taxMinor\n',
    totals: texts.totals.replaceAll(/,\d+\n/g, ',0\n'),
  };
  const next: Sources = {
    ledger: moved,
    reports: { ...texts, ...nothing, refunds: '', changes: '', stock: '' },
    orders: [],
    claims: [],
  };
  expect(found(next).map(({ measure, id, ledger }) => [measure, id, ledger])).toEqual([
    ['day total', '*', 2400],
    ['sales', 'ord_3', 2400],
    ['tax', 'ord_3', 400],
  ]);
});

test('a difference names the transactions of the ledger', () => {
  const sources = scene();
  change(sources, 'P1', receivable, 1);
  const differences = compareSources({
    reports: undefined,
    ledger: ledgerFigures(sources.ledger),
    orders: sources.orders,
    claims: sources.claims,
  });
  expect(differences.find(({ measure }) => measure === 'sales')).toEqual({
    measure: 'sales',
    id: 'ord_1',
    currency: 'GBP',
    ledger: 2896,
    orders: 2895,
    eventIds: ['P1'],
  });
  expect(differences.find(({ measure }) => measure === 'balance')?.account).toContain(receivable);
});

test('a cancellation of units that were refunded before is no change of its own', () => {
  const changes = `${texts.changes}K3,GBP,OrderLinesCancelled,0,0,0\nE1,GBP,OrderEdited,0,0,5\n`;
  expect(refundedChanges({ changes })).toEqual(new Set(['K3']));
});

test('a report that cannot be read is refused, not taken for an empty one', () => {
  expect(() => reportFigures({ ...texts, orders: `${texts.orders}"ord_4` })).toThrow('cannot be read');
  expect(() => reportFigures({ ...texts, orders: texts.orders.replace('2895', '28.95') })).toThrow('totalMinor');
});
