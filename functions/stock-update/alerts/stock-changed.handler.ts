import * as z from 'zod';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { createAlertStore } from './alert-store.ts';
import { AlertEnv } from './env.ts';
import { raiseAlerts, StreamRecord } from './raise-alerts.ts';

const raise = raiseAlerts(createAlertStore(openDatabase(), AlertEnv.parse(process.env)));

export const handler = eventHandler(z.object({ Records: z.array(StreamRecord) }), ({ Records }, logger) =>
  raise(Records, logger),
);
