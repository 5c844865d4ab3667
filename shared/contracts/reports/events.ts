import * as z from 'zod';
import { BusinessDay } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

/** A client or the nightly schedule requested a day's reports. */
export const ReportRunRequested = defineEvent(
  'storeworks.nightly-metrics',
  'ReportRunRequested',
  z.object({ runId: z.string(), date: BusinessDay }),
);

/** A day's reports are in the reports bucket under this version; `changed` is whether the run wrote it. */
export const ReportRunCompleted = defineEvent(
  'storeworks.nightly-metrics',
  'ReportRunCompleted',
  z.object({ runId: z.string(), date: BusinessDay, version: z.int().positive(), changed: z.boolean() }),
);
