import * as z from 'zod';
import { AmountMinor, Instant } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { RefundReason } from './refund-content.ts';

const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'A name has 1 to 40 lower case letters, digits or dashes');
const Share = z.number().min(0).max(1);

/**
 * The conditions of a rule; all must hold. Amounts are in minor units of the refund's currency and include the order's
 * earlier refunds, so that parts of a large refund are judged as a large one.
 */
const Conditions = z.strictObject({
  amountAtLeastMinor: AmountMinor.optional(),
  amountAtMostMinor: AmountMinor.optional(),
  currencies: z.array(z.string()).min(1).max(50).optional(),
  reasons: z.array(RefundReason).min(1).optional(),
  channels: z.array(z.string()).min(1).max(100).optional(),
  goods: z
    .array(z.enum(['not-shipped', 'shipped', 'delivered']))
    .min(1)
    .optional(),
  daysSinceDeliveryAtLeast: z.number().nonnegative().optional(),
  /** Refunded orders divided by all orders of the customer. */
  refundRateAtLeast: Share.optional(),
  /** @default 1 The least number of orders for which a refund rate is computed. */
  ordersAtLeast: z.int().positive().optional(),
  accountAgeDaysBelow: z.number().positive().optional(),
  /** Whether the request includes goodwill. */
  isGoodwill: z.boolean().optional(),
  /** Whether the request is for overpaid money only. */
  isOverpaid: z.boolean().optional(),
});

const Rule = z.strictObject({
  rule: Name,
  when: Conditions,
  decision: z.enum(['approve', 'one-approver', 'two-approvers', 'refuse']),
  /** @default false Whether shipped goods must come back before the payout. */
  payAfterReturn: z.boolean().optional(),
});
export type Rule = z.infer<typeof Rule>;

/** The refund policy. The first rule that applies decides. Each change by staff is a new version. */
export const RefundPolicy = z
  .strictObject({
    rules: z.array(Rule).min(1).max(100),
    /** The largest amount that a department may approve, in minor units of any currency. Others may not approve. */
    limits: z.record(Name, AmountMinor),
    /** Working hours until the reminder, the escalation and the expiry of a request. */
    waiting: z.strictObject({
      remindAfterHours: z.number().positive().max(1000),
      escalateAfterHours: z.number().positive().max(1000),
      expireAfterHours: z.number().positive().max(1000),
      /** The department that an undecided request is escalated to. */
      escalateTo: Name,
    }),
    /** Withheld from returned goods: a share of their price (in basis points), and an amount for the return shipping. */
    returns: z.strictObject({
      restockingBasisPoints: z.int().min(0).max(10_000),
      returnShippingMinor: AmountMinor,
      /** Reasons without these fees. */
      freeFor: z.array(RefundReason),
      /** Days from the approval until the goods must be back. */
      windowDays: z.number().positive().max(365),
    }),
  })
  .refine(({ rules }) => new Set(rules.map(({ rule }) => rule)).size === rules.length, {
    path: ['rules'],
    message: 'Two rules have the same name',
  })
  .refine(({ rules }) => Object.keys(rules.at(-1)?.when ?? { none: 1 }).length === 0, {
    path: ['rules'],
    message: 'The last rule must apply to everything',
  })
  .refine(
    ({ waiting }) =>
      waiting.remindAfterHours <= waiting.escalateAfterHours && waiting.escalateAfterHours <= waiting.expireAfterHours,
    { path: ['waiting'], message: 'The reminder comes first, then the escalation, then the expiry' },
  )
  .refine(({ limits, waiting }) => limits[waiting.escalateTo] !== undefined, {
    path: ['waiting', 'escalateTo'],
    message: 'The department of the escalation needs a limit',
  })
  .meta({ id: 'RefundPolicy' });
export type RefundPolicy = z.infer<typeof RefundPolicy>;

const PolicyVersion = z
  .object({ version: z.int().positive(), at: Instant, by: z.string(), from: z.string(), content: RefundPolicy })
  .meta({ id: 'RefundPolicyVersion' });

export const getRefundPolicy = defineRoute({
  method: 'GET',
  path: '/policies/refund',
  tag: 'Refunds',
  summary: 'Read the refund policy in force',
  scope: 'refunds.decide',
  responses: { 200: { description: 'The policy in force, with its version as `ETag`', schema: RefundPolicy } },
});

export const putRefundPolicy = defineRoute({
  method: 'PUT',
  path: '/policies/refund',
  tag: 'Refunds',
  summary: 'Change the refund policy. Open requests keep the version that judged them',
  scope: 'policies.write',
  headers: z.looseObject({ 'if-match': z.string().optional() }),
  body: RefundPolicy,
  responses: {
    200: { description: 'The policy is in force; also if it was before', schema: RefundPolicy },
    412: { description: 'The policy changed since the given ETag', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
    428: {
      description: '`precondition-required`: send the `ETag` of the current policy as `If-Match`',
      schema: Problem,
    },
    503: { description: '`busy`: nothing was changed; repeat the request', schema: Problem },
  },
});

export const listRefundPolicyVersions = defineRoute({
  method: 'GET',
  path: '/policies/refund/versions',
  tag: 'Refunds',
  summary: 'List the versions of the refund policy, with person, time and address of each change; the newest first',
  scope: 'refunds.decide',
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(1000).optional(),
  }),
  responses: {
    200: {
      description: 'A page; `cursor` requests the next one. Version 0, the default policy, is not listed.',
      schema: z.object({ versions: z.array(PolicyVersion), cursor: z.string().optional() }),
    },
    400: { description: 'A parameter is not valid', schema: Problem },
  },
});
