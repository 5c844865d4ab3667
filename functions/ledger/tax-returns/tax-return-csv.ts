import type { TaxReturn } from '../../../shared/contracts/ledger/tax-return-routes.ts';
import { type Cell, csvFile } from '../../../shared/csv/write.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

const columns = [
  'section',
  'box',
  'forMonth',
  'place',
  'rate',
  'percentage',
  'relief',
  'currency',
  'base',
  'tax',
  'id',
];

/** One row for each box, supply, correction, entry and export without evidence. Amounts are minor units, those of boxes are not. */
export function taxReturnCsv({ boxes, rows, corrections, entries, unprovenExports }: TaxReturn): string {
  const rowOf = (given: Partial<Record<(typeof columns)[number], Cell>>) =>
    columns.map((column) => ownValue(given, column));
  return csvFile(columns, [
    ...boxes.map(({ box, currency, amount }) => rowOf({ section: 'box', box, currency, tax: Number(amount) })),
    ...rows.map(({ baseMinor, taxMinor, ...row }) =>
      rowOf(Object.assign({ section: 'supply', base: baseMinor, tax: taxMinor }, row)),
    ),
    ...corrections.map(({ baseMinor, taxMinor, ...row }) =>
      rowOf(Object.assign({ section: 'correction', base: baseMinor, tax: taxMinor }, row)),
    ),
    ...entries.map(({ account, currency, taxMinor }) =>
      rowOf({ section: 'entry', currency, tax: taxMinor, id: account }),
    ),
    ...unprovenExports.map(({ orderId, place, currency, amountMinor }) =>
      rowOf({ section: 'unproven-export', place, currency, base: amountMinor, id: orderId }),
    ),
  ]);
}
