import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { StockMoved } from './events.ts';
import { Instant, Sku, Warehouse } from '../../names.ts';
import { AlertLevels, Counters } from '../../stock/stock-item.ts';
import { Movement } from '../../stock/movement.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters, severalOf, timeRangeParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';

/** Units by the reason why they are unavailable. `unavailable` is their sum. */
const Unavailable = z.object({
  damaged: z.int().meta({ description: 'Number of damaged units', example: 1 }),
  inspection: z.int().meta({ description: 'Number of units in inspection', example: 0 }),
  safetyStock: z.int().meta({ description: 'Number of units withheld from sale', example: 5 }),
  expired: z.int().meta({ description: 'Units of lots that are past their last day of sale', example: 4 }),
});
const shortUnits = z.int().meta({
  description: 'Reserved units that cannot be shipped, because available is negative',
  example: 2,
});

/** Units that left one warehouse and were not received in another. */
const InTransit = z.object({
  transferId: StoredText.meta({ description: 'Id of the transfer', example: 'transfer-88' }),
  from: Warehouse.describe('Warehouse that sent the units'),
  units: z.int().meta({ description: 'Number of units that were not received yet', example: 12 }),
  lot: StoredText.optional().meta({ description: 'Lot of the units', example: 'L2026-11' }),
  expiresOn: StoredText.optional().meta({ description: 'Last day on which the lot is sold', example: '2027-05-31' }),
});

/** Counters in units, in total and by warehouse. Units in transit are not on hand. */
export const StockResponse = Counters.extend({
  sku: Sku.describe('SKU'),
  shortUnits,
  unavailableBy: Unavailable.describe('Units by the reason why they are unavailable; `unavailable` is their sum'),
  warehouses: z
    .array(
      Counters.extend({
        warehouse: Warehouse.describe('Warehouse'),
        shortUnits,
        unavailableBy: Unavailable.describe('Units by the reason why they are unavailable'),
      }),
    )
    .max(maxEntries)
    .describe('Counters by warehouse'),
}).meta({ id: 'Stock' });
const StockWithTransfersResponse = StockResponse.extend({
  inTransit: z
    .object({
      units: z.int().meta({ description: 'Number of units in transit', example: 12 }),
      transfers: z.array(InTransit).max(maxEntries).describe('The open transfers'),
    })
    .describe('Units that left one warehouse and were not received in another; they are not on hand'),
}).meta({ id: 'StockWithTransfers' });

/** Why a movement was rejected. Stock is unchanged, and the movement may be sent again except on `movement-conflict`. */
export const RejectionReason = z.enum([
  'unknown-sku',
  'unknown-warehouse',
  'unknown-reason',
  'insufficient-stock',
  'below-reserved',
  'count-outdated',
  'movement-conflict',
  'occurred-in-future',
  'insufficient-lot',
  'lot-conflict',
  'not-in-transit',
  'transfer-conflict',
]);
export type RejectionReason = z.infer<typeof RejectionReason>;

/** `stock` is the stock of the SKU after the movement; absent for an unknown SKU. */
export const MovementResult = z
  .object({
    movementId: StoredText.meta({ description: 'Id of the movement', example: 'receipt-2026-11-30-17' }),
    status: z
      .enum(['applied', 'already-applied', 'rejected'])
      .describe('`already-applied`: the same movement was applied before'),
    reason: RejectionReason.optional().describe('Why the movement was rejected'),
    detail: StoredText.optional().meta({
      description: 'What contradicts the movement, for `lot-conflict`: both expiry days',
      example: 'Lot L1 expires on 2027-03-31, and the movement has 2027-04-30',
    }),
    stock: StockResponse.optional().describe('Stock of the SKU after the movement; absent for an unknown SKU'),
  })
  .meta({ id: 'MovementResult' });
export type MovementResult = z.infer<typeof MovementResult>;

/** A larger body is rejected with 413. */
export const maxMovements = 100;

export const postMovements = defineRoute({
  method: 'POST',
  path: '/stock/movements',
  tag: 'Stock',
  summary: 'Receive, adjust, count and write off stock',
  scope: 'stock.write',
  body: z.strictObject({
    movements: z.array(Movement).min(1).meta({ maxItems: maxMovements, description: 'The movements, at most 100' }),
  }),
  responses: {
    200: {
      description: 'One result per movement, in order',
      schema: z.object({
        results: z.array(MovementResult).max(maxEntries).describe('One result per movement, in order'),
      }),
    },
    413: { description: 'More than 100 movements', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
    503: { description: '`busy`: some movements may have been applied; send the same body again', schema: Problem },
  },
});

export const getStock = defineRoute({
  method: 'GET',
  path: '/stock/{sku}',
  tag: 'Stock',
  summary: 'Stock of a SKU, in total and by warehouse',
  scope: 'stock.read',
  params: z.strictObject({ sku: Sku.describe('SKU') }),
  responses: {
    200: { description: 'The counters', schema: StockWithTransfersResponse },
    404: { description: 'Unknown SKU', schema: Problem },
  },
});

/** Units of a lot that were received, less those shipped or removed by a movement that names the lot. */
export const LotResponse = z.object({
  warehouse: Warehouse.describe('Warehouse'),
  lot: StoredText.meta({ description: 'Lot', example: 'L2026-11' }),
  units: z.int().meta({
    description: 'Units that were received, less those shipped or removed by a movement that names the lot',
    example: 48,
  }),
  unavailable: z
    .int()
    .meta({ description: 'Units of the lot that are damaged or in inspection, by movements that name it', example: 0 }),
  expiresOn: StoredText.optional().meta({ description: 'Last day on which the lot is sold', example: '2027-05-31' }),
  isExpired: z.boolean().meta({ description: 'Whether the lot may not be sold any more', example: false }),
  isSold: z.boolean().meta({
    description: 'Whether the lot is before its last day of sale, which the store may set some days before expiry',
    example: true,
  }),
});

export const getLots = defineRoute({
  method: 'GET',
  path: '/stock/{sku}/lots',
  tag: 'Stock',
  summary: 'Lots of a SKU, and which to pick first',
  scope: 'stock.read',
  params: z.strictObject({ sku: Sku.describe('SKU') }),
  query: z.strictObject({
    warehouse: Warehouse.optional().describe('Warehouse. Default: all'),
    units: z.coerce
      .number()
      .int()
      .min(1)
      .max(1_000_000_000)
      .optional()
      .meta({ description: 'Number of units to suggest lots for', example: 10 }),
  }),
  responses: {
    200: {
      description: 'Lots, first expired first out; `suggestion` of lots for `units`, and how many units are `missing`',
      schema: z.object({
        sku: Sku.describe('SKU'),
        lots: z.array(LotResponse).max(maxEntries).describe('The lots, first expired first out'),
        suggestion: z
          .array(LotResponse.pick({ warehouse: true, lot: true, units: true }))
          .max(maxEntries)
          .describe('Lots to pick `units` from'),
        missing: z.int().meta({ description: 'Number of units for which there is no lot', example: 0 }),
      }),
    },
    400: { description: 'Invalid query', schema: Problem },
    404: { description: 'Unknown SKU', schema: Problem },
  },
});

/** A movement in the ledger. */
const LedgerEntry = StockMoved.envelope.shape.detail.shape.data
  .extend({
    actor: StoredText.meta({ description: 'Client, user or workflow that posted the movement', example: 'warehouse' }),
    recordedAt: Instant.meta({
      description: 'When the movement was recorded (UTC). The ledger is in this order',
      example: '2026-11-30T09:15:00.000Z',
    }),
  })
  .meta({ id: 'LedgerEntry' });

export const getMovements = defineRoute({
  method: 'GET',
  path: '/stock/{sku}/movements',
  tag: 'Stock',
  summary: 'Movement ledger of a SKU by time of recording, type and warehouse, newest first',
  scope: 'stock.read',
  params: z.strictObject({ sku: Sku.describe('SKU') }),
  query: z.strictObject({
    ...timeRangeParameters('the movement was recorded'),
    type: severalOf(StockMoved.envelope.shape.detail.shape.data.shape.type.options, {
      description: 'Type of the movement',
      example: 'receipt,count',
    }).optional(),
    warehouse: Warehouse.optional().meta({ description: 'Movements of this warehouse', example: 'main' }),
    ...pageParameters,
  }),
  responses: {
    200: {
      description: 'A page; `cursor` requests the next one. Filters may give a short page although more follow',
      schema: z.object({
        movements: z.array(LedgerEntry).max(maxEntries).meta({ description: 'Movements, the newest first' }),
        cursor: nextCursor,
      }),
    },
    400: { description: 'Invalid query', schema: Problem },
    404: { description: 'Unknown SKU', schema: Problem },
  },
});

export const putAlertLevels = defineRoute({
  method: 'PUT',
  path: '/stock/{sku}/alert-levels',
  tag: 'Stock',
  summary: 'Set the levels of a SKU that raise alerts; an absent level raises none',
  scope: 'stock.write',
  params: z.strictObject({ sku: Sku.describe('SKU') }),
  body: AlertLevels,
  responses: {
    200: { description: 'The levels', schema: AlertLevels },
    404: { description: 'Unknown SKU', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
  },
});
