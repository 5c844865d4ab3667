import type { EffectReport } from '../../../shared/contracts/promotions/effect-routes.ts';
import { csvFile } from '../../../shared/csv/write.ts';
import { reportPage } from '../../../shared/reports/report-page.ts';

const columns = [
  'uses',
  'discountMinor',
  'giftCostMinor',
  'revenueMinor',
  'marginMinor',
  'unitsWithoutCost',
  'customers',
  'newCustomers',
] as const;

/** The files of a report, but for its JSON. */
export const effectFilesOf = (promotionId: string, { currencies }: EffectReport) => [
  {
    name: 'effect.csv',
    text: csvFile(
      [
        'currency',
        ...columns,
        'method',
        'finding',
        'differenceMinor',
        'fromMinor',
        'toMinor',
        'smallestDetectableMinor',
      ],
      currencies.map(({ currency, comparison, ...own }) => [
        currency,
        ...columns.map((name) => own[name]),
        comparison.method,
        comparison.finding,
        comparison.differenceMinor,
        comparison.interval95Minor?.from,
        comparison.interval95Minor?.to,
        comparison.smallestDetectableMinor,
      ]),
    ),
  },
  {
    name: 'page.html',
    text: reportPage(
      `Effect of ${promotionId}`,
      currencies.map(({ currency, comparison }) => `${currency}: ${textOf(comparison)}`),
      currencies.map(({ currency, comparison }) => ({
        title: `Mean revenue per ${comparison.unit}, ${currency}`,
        labels: comparison.method === 'holdout' ? ['With it', 'Held out'] : ['With it', 'Before'],
        series: [{ name: currency, values: [comparison.withMeanMinor, comparison.withoutMeanMinor] }],
      })),
      [
        {
          title: 'Orders with the promotion',
          head: ['Currency', ...columns],
          rows: currencies.map(({ currency, ...own }) => [currency, ...columns.map((name) => own[name])]),
        },
      ],
    ),
  },
];

function textOf(comparison: EffectReport['currencies'][number]['comparison']): string {
  const { method, finding, differenceMinor, interval95Minor, smallestDetectableMinor } = comparison;
  const weaker =
    method === 'holdout' ? '' : ' This compares with the weeks before and is weaker: other causes are not excluded.';
  if (differenceMinor === undefined || !interval95Minor) return `too little data.${weaker}`;
  const found = finding.replaceAll('-', ' ');
  return `${found}. Difference ${differenceMinor} minor units, 95 % interval ${interval95Minor.from} to ${interval95Minor.to}; the smallest difference that would have been seen is ${smallestDetectableMinor}.${weaker}`;
}
