import * as z from 'zod';
import { batchJobMaxAttempts, openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { Instant } from '../../../shared/names.ts';
import { LotEnv } from './env.ts';
import { expireLots } from './expire-lots.ts';
import { createLotStore } from './lot-store.ts';
import { expiryCutoff } from '../../../shared/stock/lot.ts';

const env = LotEnv.parse(process.env);
const store = createLotStore(openDatabase(batchJobMaxAttempts), env);

/** `time` is the scheduled time. A repeated run uses the present, so that no lot returns to sale. */
export const handler = eventHandler(z.object({ time: Instant }), ({ time }, log) =>
  expireLots({ store, log }, expiryCutoff(env))(Math.max(Date.parse(time), Date.now()), `schedule-${time}`),
);
