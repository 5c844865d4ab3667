import * as z from 'zod';
import { defineEvent } from '../define-event.ts';

/** A caller or the nightly schedule requested an audit of all stock. */
export const StockAuditRequested = defineEvent(
  'storeworks.stock-audit',
  'StockAuditRequested',
  z.object({ auditId: z.string() }),
);

/**
 * The counters of all SKUs were compared, except `notCompared` SKUs that changed in every pass. `file` is the key of the
 * list of differences in the reports bucket.
 */
export const StockAuditCompleted = defineEvent(
  'storeworks.stock-audit',
  'StockAuditCompleted',
  z.object({
    auditId: z.string(),
    skus: z.int(),
    differences: z.int(),
    notCompared: z.int().optional(),
    file: z.string(),
  }),
);
