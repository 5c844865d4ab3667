import * as z from 'zod';
import { resourceServer } from '../../access/scopes.ts';
import { Instant, Sku } from '../../names.ts';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { SkuPricesContent } from './price-routes.ts';
import { SkuContent } from './routes.ts';

/** What a second person approves: the body of a PUT of a SKU, or of its prices in a list. */
export const PriceChangeTarget = z.object({
  sku: Sku.describe('Code of the stock keeping unit'),
  listId: StoredText.optional().meta({
    description: 'Price list; absent for the SKU’s own price',
    example: 'wholesale-eur',
  }),
  content: z
    .union([SkuPricesContent, SkuContent])
    .describe('Body of the `PUT` that is repeated when the change is approved'),
});

export const priceChangeStates = ['pending-approval', 'approved', 'rejected', 'expired', 'superseded'] as const;

export const PriceChange = PriceChangeTarget.extend({
  changeId: StoredText.meta({ description: 'Id of the change', example: 'prc_01kb9zq4y8t4v7c0m3j5r6n8px' }),
  status: z
    .enum(priceChangeStates)
    .describe('`superseded`: the SKU or its prices changed since; request the change again'),
  minPriceMinor: z.int().meta({ description: 'Lowest price without an approval, in minor units', example: 1080 }),
  requestedBy: StoredText.meta({
    description: 'Client or user who requested it, who cannot approve it',
    example: 'admin',
  }),
  requestedAt: Instant.meta({ description: 'Time of the request', example: '2026-11-30T09:15:00.000Z' }),
  expiresAt: Instant.meta({ description: 'End of the time for an approval', example: '2026-12-07T09:15:00.000Z' }),
  mayApprove: z
    .object({
      scope: StoredText.meta({
        description: 'Scope that an approver has',
        example: `${resourceServer}/policies.write`,
      }),
      except: z
        .array(StoredText)
        .max(10)
        .meta({ description: 'Who may not approve it', example: ['admin'] }),
    })
    .describe('Who may approve it'),
  decidedBy: StoredText.optional().meta({ description: 'Who decided', example: 'finance' }),
  decidedAt: Instant.optional().meta({ description: 'Time of the decision', example: '2026-11-30T10:15:00.000Z' }),
  comment: StoredText.optional().meta({ description: 'Comment of the decision', example: 'Clearance sale' }),
}).meta({ id: 'PriceChange' });
export type PriceChange = z.infer<typeof PriceChange>;

const params = z.strictObject({
  changeId: z
    .string()
    .regex(/^prc_[0-9a-z]{26}$/, 'Not the id of a change of prices')
    .meta({ description: 'Id of the change', example: 'prc_01kb9zq4y8t4v7c0m3j5r6n8px' }),
});
const unknownChange = { description: 'Unknown change', schema: Problem };

export const listPriceChanges = defineRoute({
  method: 'GET',
  path: '/catalog/price-changes',
  tag: 'Prices',
  summary: 'List the prices below the margin that were requested, in the order of their ids',
  scope: 'policies.write',
  query: z.strictObject(pageParameters),
  responses: {
    200: {
      description: 'A page',
      schema: z.object({
        changes: z.array(PriceChange).max(maxEntries).describe('The changes'),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid', schema: Problem },
  },
});

export const getPriceChange = defineRoute({
  method: 'GET',
  path: '/catalog/price-changes/{changeId}',
  tag: 'Prices',
  summary: 'Read a requested price below the margin',
  scope: 'policies.write',
  params,
  responses: { 200: { description: 'The change', schema: PriceChange }, 404: unknownChange },
});

export const decidePriceChange = defineRoute({
  method: 'POST',
  path: '/catalog/price-changes/{changeId}/decisions',
  tag: 'Prices',
  summary: 'Approve a price of another person, which puts it in force, or reject it',
  scope: 'policies.write',
  params,
  body: z
    .strictObject({
      decision: z.enum(['approve', 'reject']).describe('The decision'),
      comment: z
        .string()
        .trim()
        .min(1)
        .max(1000)
        .optional()
        .meta({ description: 'Comment for the colleagues', example: 'Clearance sale' }),
    })
    .meta({ id: 'PriceChangeDecision' }),
  responses: {
    200: {
      description: 'The change; with `Idempotent-Replayed: true` if the caller made the same decision before',
      schema: PriceChange,
    },
    403: { description: '`own-change`: another person must approve it', schema: Problem },
    404: unknownChange,
    409: {
      description: '`illegal-transition` with the `currentStatus`: it is decided or out of date',
      schema: Problem,
    },
    422: { description: 'Invalid content; or the prices cannot be set any more', schema: Problem },
    503: { description: '`busy`: nothing was changed; repeat the request', schema: Problem },
  },
});
