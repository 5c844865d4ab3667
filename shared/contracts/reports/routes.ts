import * as z from 'zod';
import { BusinessDay } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

export const ReportRun = z
  .object({
    runId: z.string(),
    date: BusinessDay,
    status: z.enum(['requested', 'running', 'completed', 'failed']),
    requestedAt: z.string(),
    completedAt: z.string().optional(),
    /** Version of the day's reports that this run wrote or found unchanged. */
    version: z.int().optional(),
    /** Whether the run wrote a new version; false if the figures were unchanged. */
    changed: z.boolean().optional(),
    /** Key of the manifest in the reports bucket. */
    manifest: z.string().optional(),
    error: z.string().optional(),
  })
  .meta({ id: 'ReportRun' });
export type ReportRun = z.infer<typeof ReportRun>;

export const postReportRun = defineRoute({
  method: 'POST',
  path: '/reports/runs',
  tag: 'Reports',
  summary: "Run a business day's reports",
  scope: 'reports.run',
  body: z.strictObject({ date: BusinessDay }),
  responses: {
    202: { description: 'Requested; poll `Location`', schema: ReportRun },
    422: { description: 'An invalid date, or a day that has not begun', schema: Problem },
  },
});

export const getReportRun = defineRoute({
  method: 'GET',
  path: '/reports/runs/{runId}',
  tag: 'Reports',
  summary: 'Read a report run',
  scope: 'reports.read',
  params: z.strictObject({ runId: z.string().max(64) }),
  responses: {
    200: { description: 'The run', schema: ReportRun },
    404: { description: 'Unknown run', schema: Problem },
  },
});
