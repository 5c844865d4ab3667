import * as z from 'zod';
import { MovementType, StockMoved } from '../events/stock.ts';
import { CallerId, Instant, Sku, Warehouse } from '../names.ts';
import { Counters } from '../stock/stock-item.ts';
import { defineRoute } from './define-route.ts';
import { Problem } from './problem.ts';

/** Counters in units, in total and by warehouse. */
const StockAnswer = Counters.extend({
  sku: Sku,
  warehouses: z.array(Counters.extend({ warehouse: Warehouse })),
}).meta({ id: 'Stock' });

/** `quantity` is signed for an adjustment, the units found for a count, and positive for every other type. */
export const Movement = z
  .strictObject({
    movementId: CallerId,
    sku: Sku,
    warehouse: Warehouse,
    type: MovementType,
    quantity: z.int().min(-1_000_000_000).max(1_000_000_000),
    reason: z.string().trim().min(1).max(200).optional(),
    lot: z.string().trim().min(1).max(64).optional(),
    occurredAt: Instant.optional(),
    /** For a count: refuse it if the books have moved on from this figure. */
    expectedOnHand: z.int().nonnegative().optional(),
  })
  .refine((movement) => movement.type === 'adjustment' || movement.quantity >= (movement.type === 'count' ? 0 : 1), {
    path: ['quantity'],
    message: 'Only an adjustment may be negative, only a count may be zero',
  })
  .refine((movement) => movement.type !== 'adjustment' || movement.quantity !== 0, {
    path: ['quantity'],
    message: 'An adjustment changes something',
  })
  .refine((movement) => movement.expectedOnHand === undefined || movement.type === 'count', {
    path: ['expectedOnHand'],
    message: 'Only a count compares with what was expected',
  })
  .meta({ id: 'Movement' });
export type Movement = z.infer<typeof Movement>;

/** Why a movement was refused; nothing was changed, and unless it is a conflict it may be sent again. */
export const RejectionReason = z.enum([
  'unknown-sku',
  'insufficient-stock',
  'below-reserved',
  'count-outdated',
  'movement-conflict',
  'occurred-in-future',
]);
export type RejectionReason = z.infer<typeof RejectionReason>;

/** `stock` is that of the SKU after the movement, or as it is when nothing was changed; absent for an unknown SKU. */
export const MovementResult = z
  .object({
    movementId: z.string(),
    status: z.enum(['applied', 'already-applied', 'rejected']),
    reason: RejectionReason.optional(),
    stock: StockAnswer.optional(),
  })
  .meta({ id: 'MovementResult' });
export type MovementResult = z.infer<typeof MovementResult>;

/** More than this in one body is answered 413. */
export const maxMovements = 100;

export const postMovements = defineRoute({
  method: 'POST',
  path: '/stock/movements',
  tag: 'Stock',
  summary: 'Receive, adjust, count and write off stock',
  scope: 'stock.write',
  body: z.strictObject({ movements: z.array(Movement).min(1) }),
  answers: {
    200: { description: 'One result per movement, in order', schema: z.object({ results: z.array(MovementResult) }) },
    413: { description: 'More than 100 movements', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
    503: { description: '`busy`: some may have been applied; send the same body again', schema: Problem },
  },
});

export const getStock = defineRoute({
  method: 'GET',
  path: '/stock/{sku}',
  tag: 'Stock',
  summary: 'Stock of a SKU, in total and by warehouse',
  scope: 'stock.read',
  params: z.strictObject({ sku: Sku }),
  answers: {
    200: { description: 'The counters', schema: StockAnswer },
    404: { description: 'Unknown SKU', schema: Problem },
  },
});

/** A movement in the ledger, in the order of recording. */
const LedgerEntry = StockMoved.envelope.shape.detail.shape.data
  .extend({ actor: z.string() })
  .meta({ id: 'LedgerEntry' });

export const getMovements = defineRoute({
  method: 'GET',
  path: '/stock/{sku}/movements',
  tag: 'Stock',
  summary: 'Movement ledger of a SKU, newest first',
  scope: 'stock.read',
  params: z.strictObject({ sku: Sku }),
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: z.string().max(1000).optional(),
  }),
  answers: {
    200: {
      description: 'Movements',
      schema: z.object({ movements: z.array(LedgerEntry), cursor: z.string().optional() }),
    },
    400: { description: 'Invalid query', schema: Problem },
    404: { description: 'Unknown SKU', schema: Problem },
  },
});
