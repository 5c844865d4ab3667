import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { BusinessDay, PathSegment } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

export const ReportRun = z
  .object({
    runId: StoredText.meta({ description: 'Id of the run', example: 'nightly-2026-11-29' }),
    date: BusinessDay.describe('Business day of the reports'),
    status: z
      .enum(['requested', 'running', 'completed', 'failed'])
      .describe('State of the run; a failed run can be requested again'),
    requestedAt: StoredText.meta({ description: 'Time of the request', example: '2026-11-30T00:30:00.000Z' }),
    completedAt: StoredText.optional().meta({
      description: 'Time of the completion',
      example: '2026-11-30T00:30:09.120Z',
    }),
    version: z
      .int()
      .optional()
      .meta({ description: 'Version of the day’s reports that this run wrote or found unchanged', example: 1 }),
    changed: z
      .boolean()
      .optional()
      .meta({ description: 'Whether the run wrote a new version; false if the figures were unchanged', example: true }),
    manifest: StoredText.optional().meta({
      description: 'Key of the manifest in the reports bucket',
      example: 'reports/daily/dt=2026-11-29/v=1/manifest.json',
    }),
    error: StoredText.optional().meta({ description: 'Why the run failed', example: 'The lake could not be read' }),
  })
  .meta({ id: 'ReportRun' });
export type ReportRun = z.infer<typeof ReportRun>;

export const postReportRun = defineRoute({
  method: 'POST',
  path: '/reports/runs',
  tag: 'Reports',
  summary: "Run a business day's reports",
  scope: 'reports.run',
  body: z.strictObject({ date: BusinessDay.describe('Business day of the reports; it must have begun') }),
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
  params: z.strictObject({
    runId: PathSegment.max(64).meta({ description: 'Id of the run', example: 'nightly-2026-11-29' }),
  }),
  responses: {
    200: { description: 'The run', schema: ReportRun },
    404: { description: 'Unknown run', schema: Problem },
  },
});
