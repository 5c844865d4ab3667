import { ReportRangeRequested } from '../../../shared/contracts/reports/events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { Env } from '../run/env.ts';
import { createRunStore } from '../run/run-store.ts';
import { requestDays } from './request-days-job.ts';

const env = Env.parse(process.env);
const runs = createRunStore(openDatabase(), env.REPORT_TABLE_NAME);

export const handler = queueHandler(ReportRangeRequested, requestDays(runs, Date.now));
