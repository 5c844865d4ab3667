import * as z from 'zod';
import { openDatabase, batchJobMaxAttempts } from '../../shared/dynamodb/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { Instant } from '../../shared/names.ts';
import { createAlertStore } from './alert-store.ts';
import { ParsedIdleEnv } from './env.ts';
import { tellOfIdleStock } from './idle-stock.ts';

const env = ParsedIdleEnv.parse(process.env);
const store = createAlertStore(openDatabase(batchJobMaxAttempts), env);

/** `time` is when the schedule was due. */
export const handler = eventHandler(z.object({ time: Instant }), ({ time }, log) =>
  tellOfIdleStock({ store, log }, env.IDLE_LEVELS)(Date.parse(time), `schedule-${time}`),
);
