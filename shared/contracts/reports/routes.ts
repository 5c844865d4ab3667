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
    force: z.literal(true).optional().describe('Whether the run also compares every stored file'),
    repaired: z.int().nonnegative().optional().meta({
      description: 'Of a forced run: stored files that were missing or damaged, and were written again',
      example: 0,
    }),
    error: StoredText.optional().meta({ description: 'Why the run failed', example: 'The lake could not be read' }),
  })
  .meta({ id: 'ReportRun' });
export type ReportRun = z.infer<typeof ReportRun>;

/** Days of one range at most. */
export const maxRangeDays = 366;
const count = (description: string, example: number) => z.int().nonnegative().meta({ description, example });

export const ReportRangeRun = z
  .object({
    runId: StoredText.meta({ description: 'Id of the run', example: 'run-01kb9zq4y8t4v7c0m3j5r6n8px' }),
    from: BusinessDay.describe('First business day'),
    to: BusinessDay.describe('Last business day'),
    status: z
      .enum(['requested', 'running', 'completed', 'failed'])
      .describe('State of the run: failed while no day is open and one has failed, until that day is run again'),
    requestedAt: StoredText.meta({ description: 'Time of the request', example: '2026-11-30T00:30:00.000Z' }),
    force: z.literal(true).optional().describe('Whether the run also compares every stored file'),
    days: z
      .object({
        of: count('Days of the range', 31),
        completed: count('Days whose run is completed', 12),
        failed: count('Days whose run failed and is retried or waits for a person', 0),
        running: count('Days whose run is running', 2),
        changed: count('Days for which a new version was written', 3),
      })
      .describe('Progress'),
    failures: z
      .array(
        z.object({
          date: BusinessDay.describe('The day'),
          runId: StoredText.meta({
            description: 'Id of its run',
            example: 'run-01kb9zq4y8t4v7c0m3j5r6n8px-2026-11-29',
          }),
          error: StoredText.meta({ description: 'Why it failed', example: 'The lake could not be read' }),
        }),
      )
      .max(20)
      .describe('The first days that failed'),
  })
  .meta({ id: 'ReportRangeRun' });
export type ReportRangeRun = z.infer<typeof ReportRangeRun>;

export const postReportRun = defineRoute({
  method: 'POST',
  path: '/reports/runs',
  tag: 'Reports',
  summary: 'Run the reports of a business day, or of a range of days',
  scope: 'reports.run',
  body: z.strictObject({
    date: BusinessDay.optional().describe(
      'Business day of the reports; it must have begun. Either this, or `from` and `to`',
    ),
    from: BusinessDay.optional().describe('First business day of a range'),
    to: BusinessDay.optional().describe(
      `Last business day of a range of at most ${maxRangeDays} days; it must have begun`,
    ),
    force: z.boolean().optional().meta({
      description:
        'Compare every file with the stored one instead of the figures only. Equal files get no new version; stored files that are missing or damaged are written again. Default: false',
      example: false,
    }),
  }),
  responses: {
    202: { description: 'Requested; poll `Location`', schema: z.union([ReportRun, ReportRangeRun]) },
    422: { description: 'An invalid date, a day that has not begun, or more than 366 days', schema: Problem },
  },
});

export const getReportRun = defineRoute({
  method: 'GET',
  path: '/reports/runs/{runId}',
  tag: 'Reports',
  summary: 'Read a report run, and the progress of a range',
  scope: 'reports.read',
  params: z.strictObject({
    runId: PathSegment.max(64).meta({ description: 'Id of the run', example: 'nightly-2026-11-29' }),
  }),
  responses: {
    200: { description: 'The run', schema: z.union([ReportRun, ReportRangeRun]) },
    404: { description: 'Unknown run', schema: Problem },
  },
});
