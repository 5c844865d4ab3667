import * as z from 'zod';
import { maxEntries } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { RefundPolicyChange } from './policy-routes.ts';
import { Text } from './refund-content.ts';

const ChangeParams = z.strictObject({
  changeId: z
    .string()
    .regex(/^pch_\d{8}_[0-9a-z]{26}$/, 'Not the id of a policy change')
    .meta({ description: 'Id of the change', example: 'pch_00000003_01kb9zq4y8t4v7c0m3j5r6n8px' }),
});
const unknownChange = { description: 'Unknown change', schema: Problem };

export const listRefundPolicyChanges = defineRoute({
  method: 'GET',
  path: '/policies/refund/changes',
  tag: 'Refunds',
  summary: 'List the requested changes of the refund policy, those of the version in force first',
  scope: 'policies.write',
  query: z.strictObject(pageParameters),
  responses: {
    200: {
      description: 'A page of changes',
      schema: z.object({
        changes: z.array(RefundPolicyChange).max(maxEntries).describe('The changes, those of the newest version first'),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid', schema: Problem },
  },
});

export const getRefundPolicyChange = defineRoute({
  method: 'GET',
  path: '/policies/refund/changes/{changeId}',
  tag: 'Refunds',
  summary: 'Read a requested change of the refund policy',
  scope: 'policies.write',
  params: ChangeParams,
  responses: { 200: { description: 'The change', schema: RefundPolicyChange }, 404: unknownChange },
});

export const decideRefundPolicyChange = defineRoute({
  method: 'POST',
  path: '/policies/refund/changes/{changeId}/decisions',
  tag: 'Refunds',
  summary: 'Approve a change of another person, which puts it in force, or reject it. The author may withdraw it so',
  scope: 'policies.write',
  params: ChangeParams,
  body: z
    .strictObject({
      decision: z.enum(['approve', 'reject']).describe('The decision'),
      comment: Text(1000)
        .optional()
        .meta({ description: 'Comment for the colleagues', example: 'Agreed in the finance meeting' }),
    })
    .meta({ id: 'RefundPolicyDecision' }),
  responses: {
    200: {
      description: 'The change; with `Idempotent-Replayed: true` if the caller made the same decision before',
      schema: RefundPolicyChange,
    },
    403: { description: '`own-change`: another person must approve it', schema: Problem },
    404: unknownChange,
    409: {
      description: '`illegal-transition` with the `currentStatus`: it is decided or out of date',
      schema: Problem,
    },
    422: { description: 'Invalid content', schema: Problem },
    503: { description: '`busy`: nothing was changed; repeat the request', schema: Problem },
  },
});
