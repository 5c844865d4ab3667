import * as z from 'zod';
import { batchJobMaxAttempts, openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { secretReader } from '../../../shared/secret-store.ts';
import { actor } from '../refund/change.ts';
import { createRefundStore } from '../refund/store.ts';
import { createProviderLookup } from './configured-provider-client.ts';
import { ParsedEnv } from './env.ts';
import { payRefund } from './pay-refund.ts';
import { sweepPayouts } from './payout-sweep.ts';

const { PAYMENT_PROVIDERS_SECRET_ARN, PROVIDER_TIMEOUT_SECONDS, ...tables } = ParsedEnv.parse(process.env);
const store = createRefundStore(openDatabase(batchJobMaxAttempts), tables);
const readSecret = secretReader(PAYMENT_PROVIDERS_SECRET_ARN);
const providerOf = createProviderLookup(readSecret, PROVIDER_TIMEOUT_SECONDS * 1000, Date.now);
const sweep = sweepPayouts(store, payRefund({ store, providerOf, clock: Date.now }));

/** The event of EventBridge Scheduler. */
const ScheduledEvent = z.object({ time: z.string() });

export const handler = eventHandler(ScheduledEvent, ({ time }) => {
  const id = `payout-sweep-${time}`;
  return sweep({ actor, correlationId: id, causationId: id, now: Date.now() });
});
