import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { defineEvent } from '../define-event.ts';

/** A caller or the nightly schedule requested an audit of all stock. */
export const StockAuditRequested = defineEvent(
  'storeworks.stock-audit',
  'StockAuditRequested',
  z.object({ auditId: StoredText.meta({ description: 'Id of the audit', example: 'nightly-2026-11-29' }) }),
);

/**
 * The counters of all SKUs were compared, except `notCompared` SKUs that changed in every pass. `file` is the key of the
 * list of differences in the reports bucket.
 */
export const StockAuditCompleted = defineEvent(
  'storeworks.stock-audit',
  'StockAuditCompleted',
  z.object({
    auditId: StoredText.meta({ description: 'Id of the audit', example: 'nightly-2026-11-29' }),
    skus: z.int().meta({ description: 'Number of SKUs with a stock item', example: 3958 }),
    differences: z
      .int()
      .meta({ description: 'Number of pairs of SKU and warehouse whose counters differ', example: 0 }),
    notCompared: z.int().optional().meta({ description: 'Number of SKUs that changed in every pass', example: 0 }),
    file: StoredText.meta({
      description: 'Key of the list of differences in the reports bucket',
      example: 'audits/stock/nightly-2026-11-29/differences.csv',
    }),
  }),
);
