import * as z from 'zod';
import { AmountMinor, Instant } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { RefundReason } from './refund-content.ts';

const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'A name has 1 to 40 small letters, digits or dashes');
const Share = z.number().min(0).max(1);

/** When a rule applies: every condition that it has must hold. Amounts are in minor units of the refund's currency,
 * and count what was refunded of the order before: a large refund is not a small one in parts. */
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
  /** Requests with goodwill in them. */
  isGoodwill: z.boolean().optional(),
  /** Requests for nothing but what was captured beyond what is due. */
  isOverpaid: z.boolean().optional(),
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
  .refine(({ rules }) => new Set(rules.map(({ rule }) => rule)).size === rules.length, {
    path: ['rules'],
    message: 'Two rules have one name',
  })
  .refine(({ rules }) => Object.keys(rules.at(-1)?.when ?? { none: 1 }).length === 0, {
    path: ['rules'],
    message: 'The last rule applies to all',
  })
  .refine(
    ({ waiting }) =>
      waiting.remindAfterHours <= waiting.escalateAfterHours && waiting.escalateAfterHours <= waiting.expireAfterHours,
    { path: ['waiting'], message: 'First a reminder, then the lead, then the end' },
  )
  .refine(({ limits, waiting }) => limits[waiting.escalateTo] !== undefined, {
    path: ['waiting', 'escalateTo'],
    message: 'The department that is asked last may approve: it has a limit',
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
  summary: 'How refunds are decided',
  scope: 'refunds.decide',
  responses: { 200: { description: 'The policy in force, with its version as `ETag`', schema: RefundPolicy } },
});

export const putRefundPolicy = defineRoute({
  method: 'PUT',
  path: '/policies/refund',
  tag: 'Refunds',
  summary: 'Change how refunds are decided; requests that wait keep the version that judged them',
  scope: 'policies.write',
  headers: z.looseObject({ 'if-match': z.string().optional() }),
  body: RefundPolicy,
  responses: {
    200: { description: 'In force from now on, also if it was before', schema: RefundPolicy },
    412: { description: 'Changed since the given ETag', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
    428: { description: '`precondition-required`: send the `ETag` that you read as `If-Match`', schema: Problem },
    503: { description: '`busy`: nothing was done; the same may be sent again', schema: Problem },
  },
});

export const listRefundPolicyVersions = defineRoute({
  method: 'GET',
  path: '/policies/refund/versions',
  tag: 'Refunds',
  summary: 'Every version of the refund policy, who made it, when and from where; the newest first',
  scope: 'refunds.decide',
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(1000).optional(),
  }),
  responses: {
    200: {
      description: 'A page; the next one with its `cursor`. Version 0, the default, is not listed.',
      schema: z.object({ versions: z.array(PolicyVersion), cursor: z.string().optional() }),
    },
    400: { description: 'A parameter is not valid', schema: Problem },
  },
});
