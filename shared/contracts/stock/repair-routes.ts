import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { PathSegment, Sku } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { staffOnly } from '../readers.ts';

const RepairId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'A repair id has 1 to 64 letters, digits, dots, dashes or underscores');

/** `skus` limits the repair to some SKUs of the audit. */
export const RepairContent = z
  .strictObject({
    repairId: RepairId.meta({
      description: 'Id of the repair, chosen by the caller; repeated requests have the same one',
      example: 'repair-2026-11-30',
    }),
    reason: staffOnly(z.string().trim().min(1).max(200)).meta({
      description: 'Why the counters are changed, for the ledger',
      example: 'Difference of audit nightly-2026-11-29',
    }),
    skus: z
      .array(Sku)
      .min(1)
      .max(1000)
      .optional()
      .meta({
        description: 'Limits the repair to these SKUs of the audit. Default: all',
        example: ['TEA-EARL-GREY-100'],
      }),
  })
  .meta({ id: 'RepairContent' });
export type RepairContent = z.infer<typeof RepairContent>;

/** Counts are pairs of SKU and warehouse for which the audit lists a difference. */
export const StockRepair = z
  .object({
    ...RepairContent.shape,
    auditId: StoredText.meta({ description: 'Audit whose differences are repaired', example: 'nightly-2026-11-29' }),
    status: z.enum(['requested', 'completed']).describe('State of the repair'),
    requestedAt: StoredText.meta({ description: 'Time of the request', example: '2026-11-30T09:15:00.000Z' }),
    completedAt: StoredText.optional().meta({
      description: 'Time of the completion',
      example: '2026-11-30T09:15:08.411Z',
    }),
    repaired: z.int().meta({ description: 'Number of pairs of SKU and warehouse repaired so far', example: 3 }),
    alreadyRight: z
      .int()
      .optional()
      .meta({ description: 'Number of pairs whose counters were right before the repair', example: 0 }),
    movedOn: z.int().optional().meta({
      description:
        'Number of pairs that differ by another amount than in the audit, or changed in each attempt: a new audit is needed',
      example: 0,
    }),
    file: StoredText.optional().meta({
      description: 'Key of the list of outcomes in the reports bucket',
      example: 'audits/stock/nightly-2026-11-29/repairs/repair-2026-11-30.csv',
    }),
  })
  .meta({ id: 'StockRepair' });
export type StockRepair = z.infer<typeof StockRepair>;

const AuditId = PathSegment.max(64);

export const postStockRepair = defineRoute({
  method: 'POST',
  path: '/stock/audits/{auditId}/repairs',
  tag: 'Stock',
  summary: 'Repair the counters that an audit found wrong',
  scope: 'stock.write',
  params: z.strictObject({ auditId: AuditId.meta({ description: 'Id of the audit', example: 'nightly-2026-11-29' }) }),
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
  params: z.strictObject({
    auditId: AuditId.meta({ description: 'Id of the audit', example: 'nightly-2026-11-29' }),
    repairId: RepairId.meta({ description: 'Id of the repair', example: 'repair-2026-11-30' }),
  }),
  responses: {
    200: { description: 'The repair', schema: StockRepair },
    404: { description: 'Unknown repair', schema: Problem },
  },
});
