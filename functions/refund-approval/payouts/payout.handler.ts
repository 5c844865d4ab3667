import * as z from 'zod';
import { Metadata } from '../../../shared/contracts/define-event.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { secretReader } from '../../../shared/secret-store.ts';
import { causedBy } from '../refund/change.ts';
import { createRefundStore } from '../refund/store.ts';
import { createProviderLookup } from './configured-provider-client.ts';
import { ParsedEnv } from './env.ts';
import { payRefund } from './pay-refund.ts';

/** Any event after which a refund may be due. The refund's status decides. */
const RefundEvent = {
  envelope: z.object({ detail: z.object({ metadata: Metadata, data: z.object({ refundId: z.string() }) }) }),
};

/** An older event was probably delivered before: the visibility timeout is several minutes. */
const firstDeliveryMs = 60_000;

const { PAYMENT_PROVIDERS_SECRET_ARN, PROVIDER_TIMEOUT_SECONDS, ...tables } = ParsedEnv.parse(process.env);
const store = createRefundStore(openDatabase(), tables);
const readSecret = secretReader(PAYMENT_PROVIDERS_SECRET_ARN);
const providerOf = createProviderLookup(readSecret, PROVIDER_TIMEOUT_SECONDS * 1000, Date.now);
const pay = payRefund({ store, providerOf, clock: Date.now });

export const handler = queueHandler(RefundEvent, async ({ detail: { metadata, data } }) => {
  const now = Date.now();
  const isRepeated = now - Date.parse(metadata.occurredAt) > firstDeliveryMs;
  await pay(data.refundId, isRepeated, causedBy(metadata, now));
});
