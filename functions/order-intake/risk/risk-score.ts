import * as z from 'zod';
import { emailDomain } from '../../../shared/email.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

/** A counter keeps at least this many entries, so no limit may be higher. */
export const maxCounterEntries = 100;

const Points = z.int().min(0).max(100);
const Limit = z
  .int()
  .positive()
  .max(maxCounterEntries - 1);
/** More than `orders` within the window is a risk reason. */
const Velocity = z.object({ orders: Limit, points: Points });

/** Risk rules and their points, from the store's settings. The score is the sum of the points, at most 100. */
export const RiskPolicy = z.object({
  /** An order with at least this score is held for review. */
  holdFrom: z.int().min(1).max(101),
  /** Window of the velocity counters and of failed payments. */
  windowMinutes: z.int().positive(),
  velocity: z.object({ customer: Velocity, address: Velocity, email: Velocity, card: Velocity }),
  amount: z.object({
    /** Factor over the customer's average purchase, applied from `ordersNeeded` purchases on. */
    timesAverage: z.number().positive(),
    ordersNeeded: z.int().positive(),
    points: Points,
    /** Threshold for a customer with fewer purchases, in minor units by currency. */
    firstOrderFromMinor: z.record(z.string(), z.int().positive()),
    firstOrderPoints: Points,
  }),
  countriesDiffer: Points,
  /** Domains of disposable email addresses; each includes its subdomains. */
  disposableDomains: z.array(z.string().transform((domain) => emailDomain(`@${domain}`))),
  disposableEmail: Points,
  /** From `count` failed payments in the window on, the order has the points. */
  failures: z.object({ count: Limit, points: Points }),
});
export type RiskPolicy = z.infer<typeof RiskPolicy>;

/** Kinds of values that have a velocity counter. */
export const velocityKinds = ['customer', 'address', 'email', 'card'] as const;
export type VelocityKind = (typeof velocityKinds)[number];

/** Input of the risk score. An absent signal adds no points. */
export type RiskSignals = {
  totalMinor: number;
  currency: string;
  email?: string | undefined;
  shippingCountry: string;
  billingCountry?: string | undefined;
  /** Orders in the window that share the value, this one included. */
  ordersInWindow: Partial<Record<VelocityKind, number>>;
  failuresInWindow: number;
  /** The customer's earlier purchases in this currency. */
  history: { orders: number; totalMinor: number };
};

type RiskReason = {
  code:
    | `${VelocityKind}-velocity`
    | 'amount-above-history'
    | 'large-first-order'
    | 'countries-differ'
    | 'disposable-email'
    | 'many-failures';
  points: number;
  /** Shown to the reviewer; contains no personal data. */
  detail: string;
};
/** `score`: 0 to 100, the sum of the reasons' points. `reasons`: most points first. */
export type Risk = { score: number; decision: 'accept' | 'hold'; reasons: RiskReason[] };

/** Scores an order by the store's policy. */
export function scoreRisk(signals: RiskSignals, policy: RiskPolicy): Risk {
  const candidates = [
    ...velocityReasons(signals, policy),
    amountReason(signals, policy),
    countryReason(signals, policy),
    emailReason(signals, policy),
    failureReason(signals, policy),
  ];
  const reasons = candidates
    .filter((reason) => reason !== undefined)
    .filter(({ points }) => points > 0)
    .toSorted((a, b) => b.points - a.points || (a.code < b.code ? -1 : 1));
  const score = Math.min(
    100,
    reasons.reduce((sum, { points }) => sum + points, 0),
  );
  return { score, decision: score >= policy.holdFrom ? 'hold' : 'accept', reasons };
}

function velocityReasons({ ordersInWindow }: RiskSignals, { velocity, windowMinutes }: RiskPolicy): RiskReason[] {
  return velocityKinds.flatMap((kind) => {
    const count = ordersInWindow[kind] ?? 0;
    const { orders, points } = velocity[kind];
    if (count <= orders) return [];
    return [
      {
        code: `${kind}-velocity` as const,
        points,
        detail: `${count} orders of one ${kind} in ${windowMinutes} minutes`,
      },
    ];
  });
}

function amountReason({ history, totalMinor, currency }: RiskSignals, { amount }: RiskPolicy): RiskReason | undefined {
  if (history.orders < amount.ordersNeeded) {
    const from = ownValue(amount.firstOrderFromMinor, currency);
    if (from === undefined || totalMinor < from) return undefined;
    return {
      code: 'large-first-order',
      points: amount.firstOrderPoints,
      detail: `${totalMinor} ${currency} with ${history.orders} former orders`,
    };
  }
  const averageMinor = history.totalMinor / history.orders;
  if (totalMinor <= averageMinor * amount.timesAverage) return undefined;
  const detail = `${totalMinor} ${currency}, ${Math.round(averageMinor)} on average of ${history.orders} former orders`;
  return { code: 'amount-above-history', points: amount.points, detail };
}

function countryReason({ shippingCountry, billingCountry }: RiskSignals, policy: RiskPolicy): RiskReason | undefined {
  // ZZ stands for an unknown country.
  if (billingCountry === undefined || billingCountry === shippingCountry) return undefined;
  if ([billingCountry, shippingCountry].includes('ZZ')) return undefined;
  return {
    code: 'countries-differ',
    points: policy.countriesDiffer,
    detail: `Shipped to ${shippingCountry}, billed to ${billingCountry}`,
  };
}

function emailReason({ email }: RiskSignals, policy: RiskPolicy): RiskReason | undefined {
  if (email === undefined) return undefined;
  const domain = emailDomain(email);
  const disposable = policy.disposableDomains.find((each) => domain === each || domain.endsWith(`.${each}`));
  return disposable === undefined
    ? undefined
    : { code: 'disposable-email', points: policy.disposableEmail, detail: `An address of ${disposable}` };
}

function failureReason(
  { failuresInWindow }: RiskSignals,
  { failures, windowMinutes }: RiskPolicy,
): RiskReason | undefined {
  if (failuresInWindow < failures.count) return undefined;
  return {
    code: 'many-failures',
    points: failures.points,
    detail: `${failuresInWindow} failed payments in ${windowMinutes} minutes`,
  };
}
