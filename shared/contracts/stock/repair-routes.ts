import * as z from 'zod';
import { Sku } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

const RepairId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'A repair id has 1 to 64 letters, digits, dots, dashes or underscores');

/** `skus` limits the repair to some SKUs of the audit. */
export const RepairContent = z
  .strictObject({
    repairId: RepairId,
    reason: z.string().trim().min(1).max(200),
    skus: z.array(Sku).min(1).max(1000).optional(),
  })
  .meta({ id: 'RepairContent' });
export type RepairContent = z.infer<typeof RepairContent>;

/** Counts are pairs of SKU and warehouse for which the audit lists a difference. */
export const StockRepair = z
  .object({
    ...RepairContent.shape,
    auditId: z.string(),
    status: z.enum(['requested', 'completed']),
    requestedAt: z.string(),
    completedAt: z.string().optional(),
    /** Repaired so far. */
    repaired: z.int(),
    alreadyRight: z.int().optional(),
    /** Differ by another amount than in the audit, or changed in each attempt. A new audit is needed. */
    movedOn: z.int().optional(),
    /** Key of the list of outcomes in the reports bucket. */
    file: z.string().optional(),
  })
  .meta({ id: 'StockRepair' });
export type StockRepair = z.infer<typeof StockRepair>;

const AuditId = z.string().max(64);

export const postStockRepair = defineRoute({
  method: 'POST',
  path: '/stock/audits/{auditId}/repairs',
  tag: 'Stock',
  summary: 'Repair the counters that an audit found wrong',
  scope: 'stock.write',
  params: z.strictObject({ auditId: AuditId }),
  body: RepairContent,
  responses: {
    202: { description: 'Requested, by this or an earlier request; poll `Location`', schema: StockRepair },
    404: { description: 'Unknown audit', schema: Problem },
    409: {
      description: '`audit-not-completed`, or `repair-conflict`: the id belongs to another repair',
      schema: Problem,
    },
    422: { description: 'Invalid content', schema: Problem },
  },
});

export const getStockRepair = defineRoute({
  method: 'GET',
  path: '/stock/audits/{auditId}/repairs/{repairId}',
  tag: 'Stock',
  summary: 'State and result of a repair',
  scope: 'stock.read',
  params: z.strictObject({ auditId: AuditId, repairId: RepairId }),
  responses: {
    200: { description: 'The repair', schema: StockRepair },
    404: { description: 'Unknown repair', schema: Problem },
  },
});
