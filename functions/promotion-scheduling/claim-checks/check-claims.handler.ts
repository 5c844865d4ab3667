import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { PromotionClaimCheckRequested } from '../../../shared/contracts/promotions/claim-events.ts';
import { batchJobMaxAttempts, openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { Instant } from '../../../shared/names.ts';
import { longestOrderAgeDays } from '../../../shared/store.ts';
import { checkClaims, requestedCheck } from './check-claims-job.ts';
import { createClaimCheckRequests } from './claim-check-request-store.ts';
import { createClaimCheckStore } from './claim-check-store.ts';
import { ClaimCheckEnv } from './env.ts';

const env = ClaimCheckEnv.parse(process.env);
const db = openDatabase(batchJobMaxAttempts);
const checks = createClaimCheckStore(db, env, longestOrderAgeDays(env.CHANNELS));
const requested = requestedCheck({ checks, requests: createClaimCheckRequests(db, env) }, { pause, clock: Date.now });

/** An event also has a `time`, so that it is compared first. */
const Input = z.union([PromotionClaimCheckRequested.envelope, z.object({ time: Instant })]);

/** A request; or `time`, the scheduled time, or any that staff name who invoke the function in the AWS console. */
export const handler = eventHandler(Input, async (input, logger) => {
  if ('detail' in input) return requested(input);
  const checkId = `check-${input.time}`;
  const cause = {
    actor: 'storeworks.promotion-scheduling',
    correlationId: checkId,
    causationId: checkId,
    now: Date.now(),
  };
  const result = await checkClaims(checks, checkId, cause, pause);
  if (result.repaired.length > 0) logger.warn('claims of promotions repaired', { checkId, ...result });
  return result;
});
