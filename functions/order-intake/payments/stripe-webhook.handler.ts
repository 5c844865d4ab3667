import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { postStripeEvent } from '../../../shared/contracts/orders/stripe-routes.ts';
import { httpHandler, on } from '../../../shared/lambda/http-handler.ts';
import { secretReader } from '../../../shared/secret-store.ts';
import { createOrderStore } from '../order/order-store.ts';
import { StripeEnv } from './env.ts';
import { stripeAccount, verifyStripeSignature, receiveStripeEvent } from './stripe-api.ts';

/** Timeout of a call to Stripe's API, below the timeout of Stripe's own webhook call. */
const timeoutMs = 8000;

const { PAYMENT_PROVIDERS_SECRET_ARN, TIME_ZONE, ...tables } = StripeEnv.parse(process.env);
const store = createOrderStore(openDatabase(), tables, TIME_ZONE);
const readAccount = stripeAccount(secretReader(PAYMENT_PROVIDERS_SECRET_ARN));

export const handler = httpHandler(
  on(postStripeEvent, receiveStripeEvent(store, readAccount, timeoutMs), verifyStripeSignature(readAccount)),
);
