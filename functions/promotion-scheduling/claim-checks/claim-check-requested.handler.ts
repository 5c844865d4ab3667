import { setTimeout as pause } from 'node:timers/promises';
import { PromotionClaimCheckRequested } from '../../../shared/contracts/promotions/claim-events.ts';
import { batchJobMaxAttempts, openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { requestedCheck } from './check-claims-job.ts';
import { createClaimCheckRequests } from './claim-check-request-store.ts';
import { createClaimCheckStore } from './claim-check-store.ts';
import { ClaimCheckEnv } from './env.ts';

const env = ClaimCheckEnv.parse(process.env);
const db = openDatabase(batchJobMaxAttempts);
const stores = { checks: createClaimCheckStore(db, env), requests: createClaimCheckRequests(db, env) };

/** A check that staff asked for. */
export const handler = queueHandler(PromotionClaimCheckRequested, requestedCheck(stores, { pause, clock: Date.now }));
