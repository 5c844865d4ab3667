import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { BusinessDay, Instant } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { ReconciliationDifference } from './reconciliation-events.ts';

export const Reconciliation = z
  .object({
    day: BusinessDay.describe('Business day'),
    status: z
      .enum(['equal', 'different', 'no-reports'])
      .describe('`no-reports`: the day has no published reports, and the others are compared without them'),
    checkedAt: Instant.describe('When it was checked'),
    reportVersion: z.int().optional().meta({ description: 'Version of the reports that was compared', example: 1 }),
    compared: z
      .object({
        reports: z.int().meta({ description: 'Figures of the reports', example: 212 }),
        ledger: z.int().meta({ description: 'Figures of the ledger', example: 212 }),
        orders: z.int().meta({ description: 'Figures of the orders', example: 200 }),
        claims: z.int().meta({ description: 'Claims of budgets of promotions', example: 12 }),
      })
      .describe('How many figures each source has'),
    differenceCount: z.int().meta({ description: 'Number of differences', example: 0 }),
    differences: z
      .array(ReconciliationDifference)
      .max(maxEntries)
      .describe('The differences, at most 500; the file has all'),
    file: StoredText.meta({
      description: 'Key of the file in the reports bucket, with all differences; beside it is one as CSV',
      example: 'reconciliation/dt=2026-11-29/reconciliation.json',
    }),
  })
  .meta({ id: 'Reconciliation' });
export type Reconciliation = z.infer<typeof Reconciliation>;

export const getReconciliation = defineRoute({
  method: 'GET',
  path: '/ledger/reconciliations/{date}',
  tag: 'Ledger',
  summary: 'Whether reports, ledger, orders and claims of promotions of a day are equal, and each difference',
  scope: 'ledger.read',
  params: z.strictObject({ date: BusinessDay.describe('Business day') }),
  responses: {
    200: { description: 'The last reconciliation of the day', schema: Reconciliation },
    404: { description: 'The day was not reconciled', schema: Problem },
  },
});
