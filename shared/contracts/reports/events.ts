import * as z from 'zod';
import { BusinessDay } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

/** Somebody, or the nightly schedule, asked for a day's reports. */
export const ReportRunRequested = defineEvent(
  'storeworks.nightly-metrics',
  'ReportRunRequested',
  z.object({ runId: z.string(), date: BusinessDay }),
);

/** A day's reports are in the reports bucket under this version; `changed` tells whether the version is new. */
export const ReportRunCompleted = defineEvent(
  'storeworks.nightly-metrics',
  'ReportRunCompleted',
  z.object({ runId: z.string(), date: BusinessDay, version: z.int().positive(), changed: z.boolean() }),
);
