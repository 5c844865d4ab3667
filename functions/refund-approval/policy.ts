import * as z from 'zod';
import { RefundReason } from '../../shared/http/refunds.ts';
import { AmountMinor } from '../../shared/names.ts';

const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'A name has 1 to 40 small letters, digits or dashes');
const Share = z.number().min(0).max(1);

/** When a rule applies: every condition that it has must hold. Amounts are in minor units of the refund's currency. */
const Conditions = z.strictObject({
  amountAtLeastMinor: AmountMinor.optional(),
  amountAtMostMinor: AmountMinor.optional(),
  currencies: z.array(z.string()).min(1).max(50).optional(),
  reasons: z.array(RefundReason).min(1).optional(),
  channels: z.array(z.string()).min(1).max(100).optional(),
  /** Where the goods are. */
  goods: z
    .array(z.enum(['not-shipped', 'shipped', 'delivered']))
    .min(1)
    .optional(),
  daysSinceDeliveryAtLeast: z.number().nonnegative().optional(),
  /** Refunded orders over all orders of the customer. */
  refundRateAtLeast: Share.optional(),
  /** Orders that the customer must have had for a rate to mean something; 1 unless told. */
  ordersAtLeast: z.int().positive().optional(),
  accountAgeDaysBelow: z.number().positive().optional(),
  /** Refunds that name no line: goodwill. */
  isGoodwill: z.boolean().optional(),
});

const Rule = z.strictObject({
  rule: Name,
  when: Conditions,
  decision: z.enum(['approve', 'one-approver', 'two-approvers', 'refuse']),
  /** Whether goods that were shipped must be back before the money goes out. */
  payAfterReturn: z.boolean().optional(),
});
export type Rule = z.infer<typeof Rule>;

/** How refunds are decided; staff edit it, each edit is a version. The first rule that applies decides. */
export const RefundPolicy = z
  .strictObject({
    rules: z.array(Rule).min(1).max(100),
    /** How much one person of a department may approve, in minor units of any currency; others may not approve. */
    limits: z.record(Name, AmountMinor),
    /** Working hours until somebody is reminded, the lead is asked, and the request ends. */
    waiting: z.strictObject({
      remindAfterHours: z.number().positive().max(1000),
      escalateAfterHours: z.number().positive().max(1000),
      expireAfterHours: z.number().positive().max(1000),
      /** The department that is asked when nobody decided. */
      escalateTo: Name,
    }),
    /** Held back from returned goods: a share of their price, in basis points, and an amount for the way back. */
    returns: z.strictObject({
      restockingBasisPoints: z.int().min(0).max(10_000),
      returnShippingMinor: AmountMinor,
      /** Reasons for which nothing is held back. */
      freeFor: z.array(RefundReason),
      /** Days within which goods must be back. */
      windowDays: z.number().positive().max(365),
    }),
  })
  .refine(({ rules }) => new Set(rules.map(({ rule }) => rule)).size === rules.length, 'Two rules have one name')
  .refine(({ rules }) => Object.keys(rules.at(-1)?.when ?? { none: 1 }).length === 0, 'The last rule applies to all')
  .refine(
    ({ waiting }) =>
      waiting.remindAfterHours <= waiting.escalateAfterHours && waiting.escalateAfterHours <= waiting.expireAfterHours,
    'First a reminder, then the lead, then the end',
  )
  .meta({ id: 'RefundPolicy' });
export type RefundPolicy = z.infer<typeof RefundPolicy>;

/** What the policy looks at. */
export type Facts = {
  amountMinor: number;
  currency: string;
  reason: RefundReason;
  channel: string;
  goods: 'not-shipped' | 'shipped' | 'delivered';
  daysSinceDelivery: number | undefined;
  isGoodwill: boolean;
  /** The customer's; absent for a guest. */
  history: { orders: number; refundedOrders: number; accountAgeDays: number } | undefined;
};

/** The rule that applies, and what it asks for. */
export type Verdict = {
  rule: string;
  decision: Rule['decision'];
  approvalsNeeded: 0 | 1 | 2;
  payAfterReturn: boolean;
};

/** Decides by the first rule whose conditions all hold; the last one applies to everything. */
export function judge(facts: Facts, { rules }: Pick<RefundPolicy, 'rules'>): Verdict {
  const found = rules.find(({ when }) => applies(when, facts)) ?? rules.at(-1);
  if (!found) throw new RangeError('A refund policy has rules');
  const { rule, decision, payAfterReturn = false } = found;
  const approvalsNeeded = decision === 'two-approvers' ? 2 : decision === 'one-approver' ? 1 : 0;
  const isOut = facts.goods !== 'not-shipped' && !facts.isGoodwill;
  return { rule, decision, approvalsNeeded, payAfterReturn: payAfterReturn && isOut };
}

function applies(when: Rule['when'], facts: Facts): boolean {
  const { history } = facts;
  const isOneOf = <T>(values: readonly T[] | undefined, value: T) => values === undefined || values.includes(value);
  const isAtLeast = (least: number | undefined, value: number | undefined) =>
    least === undefined || (value !== undefined && value >= least);
  const rate =
    history && history.orders >= (when.ordersAtLeast ?? 1) ? history.refundedOrders / history.orders : undefined;
  return (
    isAtLeast(when.amountAtLeastMinor, facts.amountMinor) &&
    (when.amountAtMostMinor === undefined || facts.amountMinor <= when.amountAtMostMinor) &&
    isOneOf(when.currencies, facts.currency) &&
    isOneOf(when.reasons, facts.reason) &&
    isOneOf(when.channels, facts.channel) &&
    isOneOf(when.goods, facts.goods) &&
    isAtLeast(when.daysSinceDeliveryAtLeast, facts.daysSinceDelivery) &&
    isAtLeast(when.refundRateAtLeast, rate) &&
    // A guest has no account: it is as young as can be.
    (when.accountAgeDaysBelow === undefined || (history?.accountAgeDays ?? 0) < when.accountAgeDaysBelow) &&
    (when.isGoodwill === undefined || when.isGoodwill === facts.isGoodwill)
  );
}
