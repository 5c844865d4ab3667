import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { Sku } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

const source = 'storeworks.stock-update';
const Repair = z.object({
  auditId: StoredText.meta({ description: 'Audit whose differences are repaired', example: 'nightly-2026-11-29' }),
  repairId: StoredText.meta({ description: 'Id of the repair', example: 'repair-2026-11-30' }),
  reason: StoredText.meta({
    description: 'Why the counters are changed',
    example: 'Difference of audit nightly-2026-11-29',
  }),
});

/** A caller requested the repair of the differences of an audit, or only of those of `skus`. */
export const StockRepairRequested = defineEvent(
  source,
  'StockRepairRequested',
  Repair.extend({
    skus: z
      .array(Sku)
      .max(maxEntries)
      .optional()
      .meta({ description: 'SKUs that the repair is limited to; absent for all', example: ['TEA-EARL-GREY-100'] }),
  }),
);

/**
 * A repair was completed. Counts are pairs of SKU and warehouse: repaired, already right, or different from the audit.
 * `StockMoved` of type `audit-correction` has the corrections; `file` is the key of their list in the reports bucket.
 */
export const StockRepaired = defineEvent(
  source,
  'StockRepaired',
  Repair.extend({
    repaired: z.int().meta({ description: 'Number of repaired pairs of SKU and warehouse', example: 3 }),
    alreadyRight: z
      .int()
      .meta({ description: 'Number of pairs whose counters were right before the repair', example: 0 }),
    movedOn: z.int().meta({ description: 'Number of pairs that differ from the audit', example: 0 }),
    file: StoredText.meta({
      description: 'Key of the list of outcomes in the reports bucket',
      example: 'audits/stock/nightly-2026-11-29/repairs/repair-2026-11-30.csv',
    }),
  }),
);
