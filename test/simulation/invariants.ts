import { channelInvariants } from './channel-invariants.ts';
import { editInvariants } from './edit-invariants.ts';
import { eventInvariants } from './event-invariants.ts';
import type { Facts } from './facts.ts';
import { fileInvariants } from './file-invariants.ts';
import { lifeInvariants } from './life-invariants.ts';
import { orderInvariants } from './order-invariants.ts';
import { paymentInvariants } from './payment-invariants.ts';
import { refundInvariants } from './refund-invariants.ts';
import { refundMoneyInvariants } from './refund-money-invariants.ts';
import { returnInvariants } from './return-invariants.ts';
import { stockInvariants } from './stock-invariants.ts';

/** What must hold of a back office at rest, whatever happened to it; `breaches` says in sentences where it does not. */
export type Invariant = { name: string; breaches: (facts: Facts) => string[] };

export const invariants: Invariant[] = [
  ...orderInvariants,
  ...lifeInvariants,
  ...editInvariants,
  ...paymentInvariants,
  ...refundInvariants,
  ...refundMoneyInvariants,
  ...returnInvariants,
  ...stockInvariants,
  ...fileInvariants,
  ...eventInvariants,
  ...channelInvariants,
];

/** The invariants that do not hold, with their breaches. */
export const breachesOf = (facts: Facts): { name: string; breaches: string[] }[] =>
  invariants
    .map(({ name, breaches }) => ({ name, breaches: breaches(facts) }))
    .filter(({ breaches }) => breaches.length > 0);
