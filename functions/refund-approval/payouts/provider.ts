import type { ProviderResult } from './decide.ts';

/** A request to a provider to refund a payment. */
export type PayoutRequest = {
  /** The idempotency key: the provider pays once per reference. */
  reference: string;
  refundId: string;
  paymentId: string;
  amountMinor: number;
  currency: string;
  /** The request may have been sent before. A provider that forgets keys must look for the payout first. */
  isRepeated: boolean;
};

/** `pending`: the provider accepted the request and reports the result by webhook. */
export type ProviderResponse = ProviderResult | { kind: 'pending' };

/** Sends a payout. Throws if the result is unknown, as after a timeout; the caller repeats the same request. */
export type SendPayout = (request: PayoutRequest) => Promise<ProviderResponse>;
