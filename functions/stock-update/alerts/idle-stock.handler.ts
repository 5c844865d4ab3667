import * as z from 'zod';
import { openDatabase, batchJobMaxAttempts } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { Instant } from '../../../shared/names.ts';
import { createAlertStore } from './alert-store.ts';
import { ParsedIdleEnv } from './env.ts';
import { raiseIdleAlerts } from './raise-idle-alerts.ts';

const env = ParsedIdleEnv.parse(process.env);
const store = createAlertStore(openDatabase(batchJobMaxAttempts), env);

/** `time` is the scheduled time. */
export const handler = eventHandler(z.object({ time: Instant }), ({ time }, log) =>
  raiseIdleAlerts({ store, log }, env.IDLE_LEVELS)(Date.parse(time), `schedule-${time}`),
);
