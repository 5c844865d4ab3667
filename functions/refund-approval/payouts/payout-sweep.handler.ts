import * as z from 'zod';
import { openDatabase, batchJobMaxAttempts } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { secretReader } from '../../../shared/secret.ts';
import { actor } from '../refund/cause.ts';
import { ParsedPayoutEnv } from '../env.ts';
import { payOut } from './payout.ts';
import { sweepPayouts } from './payout-sweep.ts';
import { providersFrom } from './providers.ts';
import { createRefundStore } from '../refund/store.ts';

const { PAYMENT_PROVIDERS_SECRET_ARN, PROVIDER_TIMEOUT_SECONDS, ...tables } = ParsedPayoutEnv.parse(process.env);
const store = createRefundStore(openDatabase(batchJobMaxAttempts), tables);
const readSecret = secretReader(PAYMENT_PROVIDERS_SECRET_ARN);
const providerOf = providersFrom(readSecret, PROVIDER_TIMEOUT_SECONDS * 1000, Date.now);
const sweep = sweepPayouts(store, payOut({ store, providerOf }));

/** EventBridge Scheduler's time of the firing. */
const Firing = z.object({ time: z.string() });

export const handler = eventHandler(Firing, ({ time }) => {
  const id = `payout-sweep-${time}`;
  return sweep({ actor, correlationId: id, causationId: id, now: Date.now() });
});
