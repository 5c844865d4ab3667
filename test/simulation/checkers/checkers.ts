import { channelCheckers } from './channel-checkers.ts';
import { editCheckers } from './edit-checkers.ts';
import { eventCheckers } from './event-checkers.ts';
import type { FinalState } from './final-state.ts';
import { fileCheckers } from './file-checkers.ts';
import { ledgerCheckers } from './ledger-checkers.ts';
import { lifeCycleCheckers } from './life-cycle-checkers.ts';
import { orderCheckers } from './order-checkers.ts';
import { paymentCheckers } from './payment-checkers.ts';
import { promotionCheckers } from './promotions/promotion-checkers.ts';
import { refundCheckers } from './refunds/refund-checkers.ts';
import { refundMoneyCheckers } from './refunds/refund-money-checkers.ts';
import { returnCheckers } from './return-checkers.ts';
import { stockCheckers } from './stock-checkers.ts';
import { taxCheckers } from './tax/tax-checkers.ts';

/** An invariant of the quiescent system. `violations` returns one sentence for each violation. */
export type Checker = { name: string; violations: (state: FinalState) => string[] };

export const checkers: Checker[] = [
  ...orderCheckers,
  ...taxCheckers,
  ...lifeCycleCheckers,
  ...editCheckers,
  ...paymentCheckers,
  ...refundCheckers,
  ...refundMoneyCheckers,
  ...returnCheckers,
  ...stockCheckers,
  ...fileCheckers,
  ...eventCheckers,
  ...channelCheckers,
  ...promotionCheckers,
  ...ledgerCheckers,
];

/** The violated invariants, with their violations. */
export const violationsOf = (state: FinalState): { name: string; violations: string[] }[] =>
  checkers
    .map(({ name, violations }) => ({ name, violations: violations(state) }))
    .filter(({ violations }) => violations.length > 0);
