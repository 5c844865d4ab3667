import { expect, test } from 'vitest';
import type { StoredTransaction } from '../../../functions/ledger/posting/ledger-keys.ts';
import { dayTotals, type Figure } from '../../../functions/ledger/reconciliation/compare-sources.ts';
import { reconcileNight } from '../../../functions/ledger/reconciliation/reconcile-job.ts';
import type { Reconciliation } from '../../../shared/contracts/ledger/reconciliation-routes.ts';
import { aCause } from '../../support/builders.ts';

const day = '2026-06-29';
const transaction = (orderId: string, given: Partial<StoredTransaction> = {}): StoredTransaction => ({
  code: `P-${orderId}`,
  date: day,
  text: 'placed',
  currency: 'GBP',
  kind: 'placed',
  orderId,
  postings: [
    { account: 'assets:receivable:customers', amountMinor: 1200 },
    { account: 'liabilities:deferred:goods', amountMinor: -1000 },
    { account: 'liabilities:tax:deferred', amountMinor: -200 },
  ],
  ...given,
});
const sales = (...ids: string[]): Figure[] => {
  const figures = ids.flatMap((id) => [
    { measure: 'sales', id, currency: 'GBP', amountMinor: 1200 },
    { measure: 'tax', id, currency: 'GBP', amountMinor: 200 },
  ]);
  return [...figures, ...dayTotals(figures)];
};
const reportsOf = (...ids: string[]) => ({
  version: 2,
  texts: {
    orders: ['orderId,currency,totalMinor,taxMinor', ...ids.map((id) => `${id},GBP,1200,200`)].join('\n'),
    totals: `channel,currency,totalMinor\nstorefront,GBP,${1200 * ids.length}\n`,
    refunds: 'eventId,currency,refundedMinor,creditedMinor\n',
    changes: 'eventId,currency,change,cancelledUnits,cancelledMinor,editedMinor\n',
  },
});

type Scene = {
  transactions: StoredTransaction[];
  late?: StoredTransaction[];
  orders: string[];
  imported?: string[];
  reports?: string[];
  earlier?: Record<string, Reconciliation['status']>;
  /** Days whose reports cannot be read. */
  unreadable?: string[];
  recorded?: Reconciliation[];
};
async function night(scene: Scene) {
  const {
    transactions,
    late = [],
    orders,
    imported = [],
    reports,
    earlier = {},
    unreadable = [],
    recorded = [],
  } = scene;
  const results = await reconcileNight({
    journal: {
      ofDay: (wanted, after) =>
        Promise.resolve(after === undefined ? transactions.filter(({ date }) => date === wanted) : []),
      lateFor: () => Promise.resolve(late),
    },
    orders: {
      ofDay: (wanted) =>
        Promise.resolve({ orders: wanted === day ? sales(...orders) : [], claims: [], imported: new Set(imported) }),
    },
    files: {
      reports: async (wanted) => {
        if (unreadable.includes(wanted)) throw new Error('A report cannot be read');
        return reports && wanted === day ? reportsOf(...reports) : undefined;
      },
      put: () => Promise.resolve(),
    },
    results: {
      find: (wanted) => {
        const status = new Map(Object.entries(earlier)).get(wanted);
        return Promise.resolve(status && ({ day: wanted, status } as Reconciliation));
      },
      record: (result) => {
        recorded.push(result);
        return Promise.resolve('done');
      },
    },
  })('2026-06-30', aCause());
  expect(recorded).toEqual(results);
  return results;
}
const statusOf = (results: Reconciliation[]) =>
  results.map(({ day: of, status, differences }) => [
    of,
    status,
    ...differences.map(({ measure, id }) => `${measure} ${id}`),
  ]);

const later = { date: '2026-07-02', for: day };
test.each<[string, Scene, string[][]]>([
  ['equal sources', { transactions: [transaction('o1')], orders: ['o1'], reports: ['o1'] }, [[day, 'equal']]],
  ['no reports', { transactions: [transaction('o1')], orders: ['o1'] }, [[day, 'no-reports']]],
  [
    'a late transaction, posted in an open month, for a day of a closed one',
    { transactions: [], late: [transaction('o1', later)], orders: ['o1'], reports: ['o1'] },
    [[day, 'equal']],
  ],
  [
    'a transaction of this day for an earlier one',
    { transactions: [transaction('o1'), transaction('o2', { for: '2026-05-31' })], orders: ['o1'], reports: ['o1'] },
    [[day, 'equal']],
  ],
  [
    'an imported order, which the ledger does not post',
    { transactions: [], orders: [], imported: ['o9'], reports: ['o9'] },
    [[day, 'equal']],
  ],
  [
    'a dropped event beside reports',
    { transactions: [], orders: ['o1'], reports: ['o1'] },
    [[day, 'different', 'day total *', 'sales o1', 'tax o1']],
  ],
  [
    'days of the week before that were not equal, and are compared again',
    {
      transactions: [transaction('o1')],
      orders: ['o1'],
      reports: ['o1'],
      earlier: {
        '2026-06-28': 'equal',
        '2026-06-26': 'different',
        '2026-06-25': 'no-reports',
        '2026-06-20': 'different',
      },
    },
    [
      [day, 'equal'],
      ['2026-06-26', 'no-reports'],
      ['2026-06-25', 'no-reports'],
    ],
  ],
])('%s', async (_, scene, expected) => expect(statusOf(await night(scene))).toEqual(expected));

const week = { '2026-06-28': 'different', '2026-06-27': 'different' } as const;
test.each([day, '2026-06-28', '2026-06-27'])('a day that cannot be compared (%s) delays no other', async (failing) => {
  const recorded: Reconciliation[] = [];
  const scene = { transactions: [], orders: [], earlier: week, unreadable: [failing], recorded };
  await expect(night(scene)).rejects.toThrow('1 of 7 item(s) failed');
  const others = [day, '2026-06-28', '2026-06-27'].filter((each) => each !== failing);
  expect(recorded.map((each) => each.day)).toEqual(others);
});
