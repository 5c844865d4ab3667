import * as z from 'zod';
import { boundedRecord, maxEntries, StoredText } from '../bounds.ts';
import { AmountMinor, Instant } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { RefundReason } from './refund-content.ts';
import { ownValue } from '../../input/own-value.ts';
import { staffOnly } from '../readers.ts';

const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'A name has 1 to 40 lower case letters, digits or dashes');
const Share = z.number().min(0).max(1);

/**
 * The conditions of a rule; all must hold. Amounts are in minor units of the refund's currency and include the order's
 * earlier refunds, so that parts of a large refund are judged as a large one.
 */
const Conditions = z.strictObject({
  amountAtLeastMinor: AmountMinor.optional().describe(
    'Least amount of the refund and the order’s earlier refunds, in minor units of the refund’s currency',
  ),
  amountAtMostMinor: AmountMinor.optional().describe(
    'Largest amount of the refund and the order’s earlier refunds, in minor units of the refund’s currency',
  ),
  currencies: z
    .array(StoredText)
    .min(1)
    .max(50)
    .optional()
    .meta({ description: 'ISO 4217 codes of the refund', example: ['GBP', 'EUR'] }),
  reasons: z
    .array(RefundReason)
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'Reasons of the request', example: ['damaged'] }),
  channels: z
    .array(StoredText)
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'Channels of the order', example: ['storefront'] }),
  goods: z
    .array(z.enum(['not-shipped', 'shipped', 'delivered']))
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'How far the goods of the request have got', example: ['not-shipped'] }),
  daysSinceDeliveryAtLeast: z
    .number()
    .nonnegative()
    .optional()
    .meta({ description: 'Days since the last delivery', example: 14 }),
  refundRateAtLeast: Share.optional().meta({
    description: 'Refunded orders divided by all orders of the customer, from 0 to 1',
    example: 0.5,
  }),
  ordersAtLeast: z
    .int()
    .positive()
    .optional()
    .meta({ description: 'Least number of orders for which a refund rate is computed. Default: 1', example: 4 }),
  accountAgeDaysBelow: z
    .number()
    .positive()
    .optional()
    .meta({ description: 'Days since the customer’s first order', example: 30 }),
  isGoodwill: z.boolean().optional().meta({ description: 'Whether the request includes goodwill', example: true }),
  isOverpaid: z
    .boolean()
    .optional()
    .meta({ description: 'Whether the request is for overpaid money only', example: true }),
});

/** The decisions of a rule, from the most lenient to the strictest. */
export const ruleDecisions = ['approve', 'one-approver', 'two-approvers', 'refuse'] as const;

const Rule = z.strictObject({
  rule: Name.meta({ description: 'Name of the rule, unique in the policy', example: 'large-refund' }),
  when: Conditions.describe('Conditions that must all hold; none for the last rule'),
  decision: z.enum(ruleDecisions).describe('Decision of the rule: automatic, or the number of approvals needed'),
  payAfterReturn: z
    .boolean()
    .optional()
    .meta({ description: 'Whether shipped goods must come back before the payout. Default: false', example: true }),
});
export type Rule = z.infer<typeof Rule>;

/** The refund policy. The first rule that applies decides. Each change by staff is a new version. */
export const RefundPolicy = z
  .strictObject({
    rules: z.array(Rule).min(1).max(100).describe('The rules in order; the first that applies decides'),
    limits: boundedRecord(Name, AmountMinor, 1000).meta({
      description:
        'By department: the largest amount that it may approve, in minor units of any currency. Other departments may not approve',
      example: { service: 10_000, finance: 1_000_000 },
    }),
    waiting: z
      .strictObject({
        remindAfterHours: z
          .number()
          .positive()
          .max(1000)
          .meta({ description: 'Working hours until the reminder', example: 8 }),
        escalateAfterHours: z
          .number()
          .positive()
          .max(1000)
          .meta({ description: 'Working hours until the escalation', example: 16 }),
        expireAfterHours: z
          .number()
          .positive()
          .max(1000)
          .meta({ description: 'Working hours until the expiry', example: 80 }),
        escalateTo: Name.meta({
          description: 'Department that an undecided request is escalated to; it needs a limit',
          example: 'finance',
        }),
      })
      .describe('Working hours until the reminder, the escalation and the expiry of a request'),
    returns: z
      .strictObject({
        restockingBasisPoints: z.int().min(0).max(10_000).meta({
          description: 'Share of the price of returned goods that is withheld, in basis points (1/100 of a percent)',
          example: 1500,
        }),
        returnShippingMinor: AmountMinor.describe('Amount withheld for the return shipping, in minor units'),
        freeFor: z
          .array(RefundReason)
          .max(100)
          .meta({ description: 'Reasons without these fees', example: ['damaged'] }),
        windowDays: z
          .number()
          .positive()
          .max(365)
          .meta({ description: 'Days from the approval until the goods must be back', example: 30 }),
      })
      .describe('Fees and deadline of returns'),
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
  .refine(({ limits, waiting }) => ownValue(limits, waiting.escalateTo) !== undefined, {
    path: ['waiting', 'escalateTo'],
    message: 'The department of the escalation needs a limit',
  })
  .meta({ id: 'RefundPolicy' });
export type RefundPolicy = z.infer<typeof RefundPolicy>;

const PolicyVersion = z
  .object({
    version: z.int().positive().meta({ description: 'Number of the version, from 1', example: 4 }),
    at: Instant.describe('Time of the change'),
    by: StoredText.meta({ description: 'Client or user who made the change', example: 'finance' }),
    from: StoredText.meta({ description: 'Address that the change came from', example: '192.0.2.1' }),
    approvedBy: StoredText.optional().meta({
      description: 'Client or user who approved the change, if it needed a second person',
      example: 'admin',
    }),
    content: RefundPolicy.describe('The policy of this version'),
  })
  .meta({ id: 'RefundPolicyVersion' });

/** A change that makes the policy looser. A second person decides on it. */
export const RefundPolicyChange = z
  .object({
    changeId: StoredText.meta({ description: 'Id of the change', example: 'pch_00000003_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    status: z
      .enum(['pending-approval', 'approved', 'rejected', 'expired', 'superseded'])
      .describe('`superseded`: another version came into force, so the change must be requested again'),
    baseVersion: z
      .int()
      .nonnegative()
      .meta({ description: 'Version of the policy that the change is based on', example: 3 }),
    looser: z
      .array(z.enum(['rules', 'limits', 'returns']))
      .max(maxEntries)
      .meta({ description: 'Parts of the policy that are looser than in the version in force', example: ['rules'] }),
    requestedBy: StoredText.meta({ description: 'Client or user who requested the change', example: 'finance' }),
    requestedAt: Instant.describe('Time of the request'),
    expiresAt: Instant.describe('Time until which the change can be approved'),
    mayApprove: z
      .object({
        scope: StoredText.meta({ description: 'Scope that a decision needs', example: 'storeworks/policies.write' }),
        except: z
          .array(StoredText)
          .max(maxEntries)
          .meta({ description: 'Clients or users who may not approve the change', example: ['finance'] }),
      })
      .describe('Who may approve the change'),
    decidedBy: StoredText.optional().meta({ description: 'Client or user who decided', example: 'admin' }),
    decidedAt: Instant.optional().describe('Time of the decision'),
    comment: staffOnly(StoredText).optional().meta({
      description: 'Comment of the person who decided',
      example: 'Agreed in the finance meeting',
    }),
    content: RefundPolicy.describe('The new policy'),
  })
  .meta({ id: 'RefundPolicyChange' });
export type RefundPolicyChange = z.infer<typeof RefundPolicyChange>;

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
  summary:
    'Change the refund policy. A looser policy waits for the approval of a second person. Open requests keep the version that judged them',
  scope: 'policies.write',
  headers: z.looseObject({
    'if-match': z.string().max(200).optional().meta({
      description: '`ETag` of the policy that the change is based on',
      example: '"3"',
    }),
  }),
  body: RefundPolicy,
  // A version is an item and an event, which have at most 400 and 256 KB.
  maxBodyBytes: 100_000,
  responses: {
    200: {
      description: 'The policy is in force: the first of the store, one that is not looser, or the one in force before',
      schema: RefundPolicy,
    },
    202: {
      description:
        'The policy is looser, so it waits for a second person: see `POST /policies/refund/changes/{changeId}/decisions`',
      schema: RefundPolicyChange,
    },
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
  query: z.strictObject(pageParameters),
  responses: {
    200: {
      description: 'A page; `cursor` requests the next one. Version 0, the default policy, is not listed.',
      schema: z.object({
        versions: z.array(PolicyVersion).max(maxEntries).describe('The versions, newest first'),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid', schema: Problem },
  },
});
