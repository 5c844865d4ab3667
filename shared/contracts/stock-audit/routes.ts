import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { PathSegment } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

export const StockAudit = z
  .object({
    auditId: StoredText.meta({ description: 'Id of the audit', example: 'nightly-2026-11-29' }),
    status: z.enum(['requested', 'completed']).describe('State of the audit'),
    requestedAt: StoredText.meta({ description: 'Time of the request', example: '2026-11-30T02:00:00.000Z' }),
    completedAt: StoredText.optional().meta({
      description: 'Time of the completion',
      example: '2026-11-30T02:00:41.305Z',
    }),
    skus: z.int().optional().meta({ description: 'Number of SKUs with a stock item', example: 3958 }),
    differences: z.int().optional().meta({
      description: 'Number of pairs of SKU and warehouse whose counters differ from the ledger or the open orders',
      example: 0,
    }),
    notCompared: z.int().optional().meta({
      description: 'Number of SKUs that changed in every pass. `not-compared.csv` beside `file` lists them',
      example: 0,
    }),
    file: StoredText.optional().meta({
      description: 'Key of the list of differences in the reports bucket',
      example: 'audits/stock/nightly-2026-11-29/differences.csv',
    }),
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
  params: z.strictObject({
    auditId: PathSegment.max(64).meta({ description: 'Id of the audit', example: 'nightly-2026-11-29' }),
  }),
  responses: {
    200: { description: 'The audit', schema: StockAudit },
    404: { description: 'Unknown audit', schema: Problem },
  },
});
