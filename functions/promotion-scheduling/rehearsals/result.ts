import { exactMinor } from '../../../shared/contracts/promotions/analysis.ts';
import type { RehearsalResult } from '../../../shared/contracts/promotions/rehearsal-routes.ts';
import { csvFile } from '../../../shared/csv/write.ts';
import type { Rehearsal } from './rehearse.ts';
import type { Tally } from './tally.ts';

type Draft = RehearsalResult['drafts'][number];
type Amounts = Omit<Draft['totals'][number], 'currency'>;

/** The result of a rehearsal, as the API and `result.json` have it. */
export function resultOf(rehearsal: Rehearsal): RehearsalResult {
  const { orders, priced, assumedLimits, notPricedByStore, differing, unreadable } = rehearsal.counts();
  return {
    counts: { orders, compared: priced, assumedLimits, notPricedByStore, differing, unreadable },
    differing: rehearsal.differing(),
    drafts: rehearsal.tallies().map(({ name, tally }) => ({
      name,
      totals: tally.byCurrency().map(([currency, totals]) => Object.assign({ currency }, amountsOf(totals))),
      days: tally.byDay().map(([key, totals]) => {
        const [day = '', currency = ''] = key.split(' ');
        return Object.assign({ day, currency }, amountsOf(totals));
      }),
      baskets: tally.baskets(),
    })),
  };
}

function amountsOf({ orders, affected, sums }: ReturnType<Tally['byCurrency']>[number][1]): Amounts {
  return {
    orders,
    affectedOrders: affected,
    revenueBeforeMinor: exactMinor(sums.revenueBefore),
    revenueAfterMinor: exactMinor(sums.revenueAfter),
    marginBeforeMinor: exactMinor(sums.marginBefore),
    marginAfterMinor: exactMinor(sums.marginAfter),
    unitsBefore: exactMinor(sums.unitsBefore),
    unitsAfter: exactMinor(sums.unitsAfter),
    discountMinor: exactMinor(sums.discount),
    giftCostMinor: exactMinor(sums.giftCost),
    unitsWithoutCost: exactMinor(sums.unitsWithoutCost),
  };
}

const amountNames = [
  'orders',
  'affectedOrders',
  'revenueBeforeMinor',
  'revenueAfterMinor',
  'marginBeforeMinor',
  'marginAfterMinor',
  'unitsBefore',
  'unitsAfter',
  'discountMinor',
  'giftCostMinor',
  'unitsWithoutCost',
] as const satisfies readonly (keyof Amounts)[];

/** A sum above 2^53 is text, and stays a number in a spreadsheet. */
const cells = (amounts: Amounts) => amountNames.map((name) => amounts[name]);

/** The files of a result, but for the page. */
export const csvFilesOf = ({ drafts, differing }: RehearsalResult) => [
  {
    name: 'totals.csv',
    text: csvFile(
      ['draft', 'currency', ...amountNames],
      drafts.flatMap(({ name, totals }) => totals.map((each) => [name, each.currency, ...cells(each)])),
    ),
  },
  {
    name: 'days.csv',
    text: csvFile(
      ['draft', 'day', 'currency', ...amountNames],
      drafts.flatMap(({ name, days }) => days.map((each) => [name, each.day, each.currency, ...cells(each)])),
    ),
  },
  {
    name: 'baskets.csv',
    text: csvFile(
      ['draft', 'orderId', 'placedAt', 'currency', 'beforeMinor', 'afterMinor', 'units'],
      drafts.flatMap(({ name, baskets }) =>
        baskets.map(({ orderId, placedAt, currency, beforeMinor, afterMinor, units }) => [
          name,
          orderId,
          placedAt,
          currency,
          beforeMinor,
          afterMinor,
          units,
        ]),
      ),
    ),
  },
  {
    name: 'differing.csv',
    text: csvFile(
      ['orderId', 'reason', 'chargedMinor', 'recomputedMinor'],
      differing.map(({ orderId, reason, chargedMinor, recomputedMinor }) => [
        orderId,
        reason,
        chargedMinor,
        recomputedMinor,
      ]),
    ),
  },
];
