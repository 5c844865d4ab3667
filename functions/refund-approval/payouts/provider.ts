import type { ProviderWord } from './paying.ts';

/** Money that goes back to one payment, as a provider is asked for it. */
export type Repayment = {
  /** The idempotency key: a provider pays once under it, however often it is asked. */
  reference: string;
  refundId: string;
  paymentId: string;
  amountMinor: number;
  currency: string;
  /** Asked for a while ago, perhaps with effect: a provider that forgets keys must look before it pays. */
  isLate: boolean;
};

/** `pending`: the provider took it on and tells by webhook what becomes of it. */
export type ProviderAnswer = ProviderWord | { kind: 'pending' };

/**
 * Sends money back. Throws when nobody knows what became of it, as after a time-out: the same is asked again, under the
 * same reference.
 */
export type Repay = (repayment: Repayment) => Promise<ProviderAnswer>;
