import * as z from 'zod';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { Metadata } from '../../../shared/contracts/define-event.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { secretReader } from '../../../shared/secret.ts';
import { causedBy } from '../refund/cause.ts';
import { ParsedPayoutEnv } from '../env.ts';
import { payOut } from './payout.ts';
import { providersFrom } from './providers.ts';
import { createRefundStore } from '../refund/store.ts';

/** Any event of a refund that may be to be paid now; its state says whether it is. */
const RefundEvent = {
  envelope: z.object({ detail: z.object({ metadata: Metadata, data: z.object({ refundId: z.string() }) }) }),
};

/** An event that is older was most likely tried before: its queue shows it again after minutes. */
const promptMs = 60_000;

const { PAYMENT_PROVIDERS_SECRET_ARN, PROVIDER_TIMEOUT_SECONDS, ...tables } = ParsedPayoutEnv.parse(process.env);
const store = createRefundStore(openDatabase(), tables);
const readSecret = secretReader(PAYMENT_PROVIDERS_SECRET_ARN);
const providerOf = providersFrom(readSecret, PROVIDER_TIMEOUT_SECONDS * 1000, Date.now);
const pay = payOut({ store, providerOf });

export const handler = queueHandler(RefundEvent, async ({ detail: { metadata, data } }) => {
  const now = Date.now();
  await pay(data.refundId, now - Date.parse(metadata.occurredAt) > promptMs, causedBy(metadata, now));
});
