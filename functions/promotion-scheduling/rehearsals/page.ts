import type { RehearsalResult } from '../../../shared/contracts/promotions/rehearsal-routes.ts';
import { type BarChart, reportPage } from '../../../shared/reports/report-page.ts';

type Draft = RehearsalResult['drafts'][number];
const sum = (amount: number | string) => Number(amount);

/** The page of a rehearsal. Amounts are whole minor units. */
export function rehearsalPage(title: string, { counts, differing, drafts }: RehearsalResult): string {
  const currencies = [...new Set(drafts.flatMap(({ totals }) => totals.map(({ currency }) => currency)))].toSorted();
  const { orders, compared, assumedLimits, notPricedByStore, unreadable } = counts;
  return reportPage(
    title,
    [
      'Customers are assumed to have ordered the same goods. Amounts are in minor units, without tax.',
      `Of ${orders} orders, ${compared} were compared. ${notPricedByStore} were not priced by the store, ${counts.differing} gave other amounts than were charged, ${unreadable} could not be read.`,
      ...(assumedLimits > 0
        ? [`${assumedLimits} of the compared orders had limited promotions that may have been used up then.`]
        : []),
    ],
    currencies.flatMap((currency) => chartsOf(currency, drafts)),
    [
      {
        title: 'Totals',
        head: [
          'Draft',
          'Currency',
          'Orders',
          'Affected',
          'Revenue',
          'Revenue with it',
          'Margin',
          'Margin with it',
          'Units',
          'Discount',
          'Cost of gifts',
        ],
        rows: drafts.flatMap(({ name, totals }) =>
          totals.map((each) => [
            name,
            each.currency,
            each.orders,
            each.affectedOrders,
            each.revenueBeforeMinor,
            each.revenueAfterMinor,
            each.marginBeforeMinor,
            each.marginAfterMinor,
            each.unitsAfter,
            each.discountMinor,
            each.giftCostMinor,
          ]),
        ),
      },
      ...drafts.map(({ name, baskets }) => ({
        title: `Most affected orders: ${name}`,
        head: ['Order', 'Placed', 'Currency', 'Total', 'Total with it', 'Units'],
        rows: baskets.map((each) => [
          each.orderId,
          each.placedAt,
          each.currency,
          each.beforeMinor,
          each.afterMinor,
          each.units,
        ]),
      })),
      {
        title: 'Orders that the first pricing gave other amounts',
        head: ['Order', 'Reason', 'Charged', 'Calculated'],
        rows: differing.map((each) => [each.orderId, each.reason, each.chargedMinor, each.recomputedMinor]),
      },
    ],
  );
}

function chartsOf(currency: string, drafts: readonly Draft[]): BarChart[] {
  const days = [...new Set(drafts.flatMap((draft) => draft.days.map(({ day }) => day)))].toSorted();
  const valuesOf = (draft: Draft | undefined, name: 'revenueBeforeMinor' | 'revenueAfterMinor' | 'discountMinor') => {
    const byDay = new Map(draft?.days.filter((each) => each.currency === currency).map((each) => [each.day, each]));
    return days.map((day) => sum(byDay.get(day)?.[name] ?? 0));
  };
  return [
    {
      title: `Revenue by day, ${currency}`,
      labels: days,
      series: [
        { name: 'As it was', values: valuesOf(drafts[0], 'revenueBeforeMinor') },
        ...drafts.map((draft) => ({ name: draft.name, values: valuesOf(draft, 'revenueAfterMinor') })),
      ],
    },
    {
      title: `Discount by day, ${currency}`,
      labels: days,
      series: drafts.map((draft) => ({ name: draft.name, values: valuesOf(draft, 'discountMinor') })),
    },
  ];
}
