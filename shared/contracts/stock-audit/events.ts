import * as z from 'zod';
import { defineEvent } from '../define-event.ts';

/** Somebody, or the nightly schedule, asked for an audit of the stock. */
export const StockAuditRequested = defineEvent(
  'storeworks.stock-audit',
  'StockAuditRequested',
  z.object({ auditId: z.string() }),
);

/**
 * The counters of all SKUs were compared, but of those that changed whenever they were looked at; `file` lists the
 * differences in the reports bucket.
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
