import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { batchJobMaxAttempts, openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { Instant } from '../../../shared/names.ts';
import { checkClaims } from './check-claims-job.ts';
import { createClaimCheckStore } from './claim-check-store.ts';
import { ClaimCheckEnv } from './env.ts';

const store = createClaimCheckStore(openDatabase(batchJobMaxAttempts), ClaimCheckEnv.parse(process.env));

/** `time` is the scheduled time; staff who invoke the function in the AWS console name any. */
export const handler = eventHandler(z.object({ time: Instant }), async ({ time }, logger) => {
  const checkId = `check-${time}`;
  const cause = {
    actor: 'storeworks.promotion-scheduling',
    correlationId: checkId,
    causationId: checkId,
    now: Date.now(),
  };
  const result = await checkClaims(store, checkId, cause, pause);
  if (result.repaired.length > 0) logger.warn('claims of promotions repaired', { checkId, ...result });
  return result;
});
