import * as z from 'zod';
import type { Columns } from '../../csv/columns.ts';
import { counters } from '../../stock/differences.ts';

const sku = {
  required: true,
  read: z.string(),
  description: 'Code of the stock keeping unit.',
  example: 'TEA-EARL-GREY-100',
} as const;
const warehouse = { required: true, read: z.string(), description: 'Name of the warehouse.', example: 'main' } as const;

/** Columns of the list of differences of an audit. A repair reads it. */
export const differenceColumns = {
  sku,
  warehouse,
  counter: { required: true, read: z.enum(counters), description: 'Counter that is wrong.', example: 'onHand' },
  found: { required: true, read: z.coerce.number(), description: 'Value of the counter, in units.', example: '12' },
  expected: {
    required: true,
    read: z.coerce.number().int(),
    description: 'Value by the ledger, the open orders or the other counters, in units.',
    example: '10',
  },
} satisfies Columns;

/** Columns of the list of SKUs that an audit could not compare. */
export const notComparedColumns = { sku } satisfies Columns;

/** Columns of the list of outcomes of a repair. */
export const repairOutcomeColumns = {
  sku,
  warehouse,
  outcome: { description: '`repaired`, `already-right` or `moved-on`.', example: 'repaired' },
  ...Object.fromEntries(
    counters.map((counter) => [
      counter,
      { description: `Correction of the counter \`${counter}\`, in units.`, example: '0' },
    ]),
  ),
} satisfies Columns;
