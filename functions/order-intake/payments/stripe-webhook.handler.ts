import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { postStripeEvent } from '../../../shared/contracts/orders/stripe-routes.ts';
import { httpHandler, on } from '../../../shared/lambda/http-handler.ts';
import { secretReader } from '../../../shared/secret.ts';
import { createChangeStore } from '../order/change-store.ts';
import { StripeEnv } from '../env.ts';
import { stripeAccount, stripeGuard, takeStripeEvent } from './stripe-webhook.ts';

/** Of a call to Stripe; it waits longer than that for our answer. */
const timeoutMs = 8000;

const { PAYMENT_PROVIDERS_SECRET_ARN, TIME_ZONE, ...tables } = StripeEnv.parse(process.env);
const store = createChangeStore(openDatabase(), tables, TIME_ZONE);
const readAccount = stripeAccount(secretReader(PAYMENT_PROVIDERS_SECRET_ARN));

export const handler = httpHandler(
  on(postStripeEvent, takeStripeEvent(store, readAccount, timeoutMs), stripeGuard(readAccount)),
);
