import * as z from 'zod';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

export const StockAudit = z
  .object({
    auditId: z.string(),
    status: z.enum(['requested', 'completed']),
    requestedAt: z.string(),
    completedAt: z.string().optional(),
    /** Number of SKUs with a stock item. */
    skus: z.int().optional(),
    differences: z.int().optional(),
    /** Number of SKUs that changed in every pass. `not-compared.csv` beside `file` lists them. */
    notCompared: z.int().optional(),
    /** Key of the list of differences in the reports bucket. */
    file: z.string().optional(),
  })
  .meta({ id: 'StockAudit' });
export type StockAudit = z.infer<typeof StockAudit>;

export const postStockAudit = defineRoute({
  method: 'POST',
  path: '/stock/audits',
  tag: 'Stock',
  summary: 'Compare the counters of all stock with the ledger and the open orders',
  scope: 'stock.write',
  responses: { 202: { description: 'Requested; poll `Location`', schema: StockAudit } },
});

export const getStockAudit = defineRoute({
  method: 'GET',
  path: '/stock/audits/{auditId}',
  tag: 'Stock',
  summary: 'State and result of an audit',
  scope: 'stock.read',
  params: z.strictObject({ auditId: z.string().max(64) }),
  responses: {
    200: { description: 'The audit', schema: StockAudit },
    404: { description: 'Unknown audit', schema: Problem },
  },
});
