import * as z from 'zod';
import { BusinessDay } from '../../names.ts';
import { StoredText } from '../bounds.ts';
import { defineEvent } from '../define-event.ts';

const source = 'storeworks.insights';
const run = {
  runId: StoredText.meta({ description: 'Id of the run', example: 'insights-2026-11-29' }),
  date: BusinessDay.describe('Last business day of the history'),
};

/** A client, or the completion of the nightly reports, requested the insights of a day. */
export const InsightsRunRequested = defineEvent(source, 'InsightsRunRequested', z.object(run));

/** The insights of a day are in the reports bucket under this version; `changed` is whether the run wrote it. */
export const InsightsPublished = defineEvent(
  source,
  'InsightsPublished',
  z.object({
    ...run,
    version: z.int().positive().meta({ description: 'Version in force after the run', example: 1 }),
    changed: z
      .boolean()
      .meta({ description: 'Whether the run wrote this version; false if the figures were unchanged', example: true }),
  }),
);

/** The insights that a night should have published were not published in the morning. */
export const InsightsOverdue = defineEvent(
  source,
  'InsightsOverdue',
  z.object({
    ...run,
    status: z
      .enum(['missing', 'requested', 'running', 'failed'])
      .describe('State of the run; missing: the reports of the day were not completed'),
    error: StoredText.optional().meta({ description: 'Why it failed', example: 'The reports could not be read' }),
    impact: StoredText.meta({
      description: 'What the store misses',
      example: 'Forecasts, segments and classes are those of an earlier day.',
    }),
  }),
);
