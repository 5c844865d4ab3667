import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { BusinessDay } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

/** A client or the nightly schedule requested a day's reports. */
export const ReportRunRequested = defineEvent(
  'storeworks.nightly-metrics',
  'ReportRunRequested',
  z.object({
    runId: StoredText.meta({ description: 'Id of the run', example: 'nightly-2026-11-29' }),
    date: BusinessDay.describe('Business day of the reports'),
  }),
);

/** A client requested the reports of a range of days. */
export const ReportRangeRequested = defineEvent(
  'storeworks.nightly-metrics',
  'ReportRangeRequested',
  z.object({
    runId: StoredText.meta({ description: 'Id of the run', example: 'run-01kb9zq4y8t4v7c0m3j5r6n8px' }),
    from: BusinessDay.describe('First business day'),
    to: BusinessDay.describe('Last business day'),
    force: z.boolean().describe('Whether the runs also compare every stored file'),
  }),
);

/** A client requested the reports of a month or a year as one zip file. */
export const ReportBundleRequested = defineEvent(
  'storeworks.nightly-metrics',
  'ReportBundleRequested',
  z.object({
    bundleId: StoredText.meta({ description: 'Id of the bundle', example: 'bundle-01kb9zq4y8t4v7c0m3j5r6n8px' }),
    from: BusinessDay.describe('First business day'),
    to: BusinessDay.describe('Last business day'),
  }),
);

/** A day's reports are in the reports bucket under this version; `changed` is whether the run wrote it. */
export const ReportRunCompleted = defineEvent(
  'storeworks.nightly-metrics',
  'ReportRunCompleted',
  z.object({
    runId: StoredText.meta({ description: 'Id of the run', example: 'nightly-2026-11-29' }),
    date: BusinessDay.describe('Business day of the reports'),
    version: z.int().positive().meta({ description: 'Version of the reports in force after the run', example: 1 }),
    changed: z
      .boolean()
      .meta({ description: 'Whether the run wrote this version; false if the figures were unchanged', example: true }),
  }),
);

/** More earlier days have late events than one night restates: their reports are outdated until a later night. */
export const RestatementsDeferred = defineEvent(
  'storeworks.nightly-metrics',
  'RestatementsDeferred',
  z.object({
    arrivalDay: BusinessDay.describe('The day before the night'),
    days: z.int().positive().meta({ description: 'Number of days that wait', example: 2 }),
    waiting: z
      .array(BusinessDay)
      .max(400)
      .meta({ description: 'The days that wait, newest first; of more than 400 the newest', example: ['2010-12-02'] }),
  }),
);

/** Reports that a night should have completed were not complete in the morning: finance misses them. */
export const ReportsOverdue = defineEvent(
  'storeworks.nightly-metrics',
  'ReportsOverdue',
  z.object({
    arrivalDay: BusinessDay.describe('The day before the night'),
    days: z.int().positive().meta({ description: 'Number of days whose reports are overdue', example: 1 }),
    overdue: z
      .array(
        z.object({
          date: BusinessDay.describe('Business day of the reports'),
          runId: StoredText.meta({ description: 'Id of the run', example: 'nightly-2026-11-29' }),
          status: z
            .enum(['missing', 'requested', 'running', 'failed'])
            .describe('State of the run; missing: nothing requested it'),
          error: StoredText.optional().meta({ description: 'Why it failed', example: 'The lake could not be read' }),
          impact: StoredText.meta({
            description: 'What finance misses',
            example: 'There are no sales, refunds and totals of 2026-11-29.',
          }),
        }),
      )
      .max(100)
      .describe('The days, newest first; of more than 100 the newest'),
  }),
);
