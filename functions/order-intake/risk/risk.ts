import * as z from 'zod';

/** Counters forget what is beyond this, so no limit may be higher. */
export const mostCounted = 100;

const Points = z.int().min(0).max(100);
const Limit = z
  .int()
  .positive()
  .max(mostCounted - 1);
/** More than `orders` within the window counts as too fast. */
const Velocity = z.object({ orders: Limit, points: Points });

/** What makes an order suspicious, and how much: a store's own settings. Points add up; 100 is the most. */
export const RiskPolicy = z.object({
  /** An order with this score or more is held for review. */
  holdFrom: z.int().min(1).max(101),
  /** Over which velocities and failures are counted. */
  windowMinutes: z.int().positive(),
  velocity: z.object({ customer: Velocity, address: Velocity, email: Velocity, card: Velocity }),
  amount: z.object({
    /** Against the average of the customer's former orders, once there are enough of them. */
    timesAverage: z.number().positive(),
    ordersNeeded: z.int().positive(),
    points: Points,
    /** For a customer without enough history: an amount in minor units by currency, from which on it counts. */
    firstOrderFromMinor: z.record(z.string(), z.int().positive()),
    firstOrderPoints: Points,
  }),
  countriesDiffer: Points,
  /** Domains that give an address to anybody for a moment; subdomains of them too. */
  disposableDomains: z.array(z.string()),
  disposableEmail: Points,
  /** Failed payments in the window. */
  failures: z.object({ count: Limit, points: Points }),
});
export type RiskPolicy = z.infer<typeof RiskPolicy>;

/** What is counted, each by a value of its own. */
export const velocityKinds = ['customer', 'address', 'email', 'card'] as const;
export type VelocityKind = (typeof velocityKinds)[number];

/** What is known of an order when its risk is judged. What is absent counts for nothing. */
export type RiskSignals = {
  totalMinor: number;
  currency: string;
  email?: string | undefined;
  shippingCountry: string;
  billingCountry?: string | undefined;
  /** Orders in the window by each of the order's own values, this one included. */
  ordersInWindow: Partial<Record<VelocityKind, number>>;
  failuresInWindow: number;
  /** The customer's former orders in this currency. */
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
  /** For the person who reviews it; names no personal data. */
  detail: string;
};
/** `score` is 0 to 100: the sum of the points of the reasons, the gravest first. */
export type Risk = { score: number; decision: 'accept' | 'hold'; reasons: RiskReason[] };

/** How risky an order is, and why. */
export function scoreRisk(signals: RiskSignals, policy: RiskPolicy): Risk {
  const found = [
    ...velocityReasons(signals, policy),
    amountReason(signals, policy),
    countryReason(signals, policy),
    emailReason(signals, policy),
    failureReason(signals, policy),
  ];
  const reasons = found
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
    const from = amount.firstOrderFromMinor[currency];
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
  // ZZ is a country that is not known.
  if (billingCountry === undefined || billingCountry === shippingCountry) return undefined;
  if ([billingCountry, shippingCountry].includes('ZZ')) return undefined;
  return {
    code: 'countries-differ',
    points: policy.countriesDiffer,
    detail: `Shipped to ${shippingCountry}, billed to ${billingCountry}`,
  };
}

function emailReason({ email }: RiskSignals, policy: RiskPolicy): RiskReason | undefined {
  const domain = email?.slice(email.lastIndexOf('@') + 1).toLowerCase();
  if (domain === undefined) return undefined;
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
