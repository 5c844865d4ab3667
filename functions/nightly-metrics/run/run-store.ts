import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { ReportRunCompleted, ReportRunRequested } from '../../../shared/contracts/reports/events.ts';
import { createPublishingStore } from '../../../shared/reports/publishing/run-store.ts';

/** Report runs, and the version of each day's reports. */
export const createRunStore = (db: DynamoDBDocumentClient, table: string) =>
  createPublishingStore(db, table, {
    requested: (run, cause) => newEvent(ReportRunRequested, run, cause),
    completed: (run, { version, changed }, cause) => newEvent(ReportRunCompleted, { ...run, version, changed }, cause),
  });
export type RunStore = ReturnType<typeof createRunStore>;
