import * as z from 'zod';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { failedRecordQueue } from '../../../shared/lambda/failed-records.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { createAlertStore } from './alert-store.ts';
import { AlertEnv } from './env.ts';
import { raiseAlerts, StreamRecord } from './raise-alerts.ts';

const { FAILED_RECORD_QUEUE_URL, ...tables } = AlertEnv.parse(process.env);
const raise = raiseAlerts(createAlertStore(openDatabase(), tables), failedRecordQueue(FAILED_RECORD_QUEUE_URL));

export const handler = eventHandler(z.object({ Records: z.array(StreamRecord) }), ({ Records }, logger) =>
  raise(Records, logger),
);
