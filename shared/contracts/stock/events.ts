import * as z from 'zod';
import { Instant, Sku, Warehouse } from '../../names.ts';
import { AlertLevels } from '../../stock/stock-item.ts';
import { defineEvent } from '../define-event.ts';

export const MovementType = z.enum([
  'receipt',
  'adjustment',
  'count',
  'damage',
  'return',
  'transfer-out',
  'transfer-in',
  'write-off',
  'status-change',
  'safety-stock',
]);
export type MovementType = z.infer<typeof MovementType>;

/** What units are; all but `available` are unavailable. */
export const StockStatus = z.enum(['available', 'damaged', 'inspection']);
export type StockStatus = z.infer<typeof StockStatus>;

/** Units by which counters were changed, those that were; no whole number where the counter was none. */
export const Corrections = z
  .object({
    onHand: z.number(),
    unavailable: z.number(),
    damaged: z.number(),
    inspection: z.number(),
    safetyStock: z.number(),
    reserved: z.number(),
    available: z.number(),
  })
  .partial();
export type Corrections = z.infer<typeof Corrections>;

/** A movement was applied. The sums of the deltas over all movements of a SKU and warehouse are its counters. */
export const StockMoved = defineEvent(
  'storeworks.stock-update',
  'StockMoved',
  z.object({
    movementId: z.string(),
    sku: Sku,
    warehouse: Warehouse,
    /** A shipment is put down by the order that ships, an audit's correction by a repair; all others are posted. */
    type: z.enum([...MovementType.options, 'shipment', 'audit-correction']),
    onHandDelta: z.int(),
    unavailableDelta: z.int(),
    /** The parts of `unavailableDelta` that are not zero. */
    unavailableDeltas: z.object({ damaged: z.int(), inspection: z.int(), safetyStock: z.int() }).partial().optional(),
    /** Of an audit's correction, which moves nothing: by how much it set the counters right. */
    corrections: Corrections.optional(),
    transferId: z.string().optional(),
    reason: z.string().optional(),
    lot: z.string().optional(),
    occurredAt: Instant,
  }),
);

/** Units that an order shipped were taken out of lots: from which, as far as the warehouse had any. */
export const StockLotsShipped = defineEvent(
  'storeworks.stock-update',
  'StockLotsShipped',
  z.object({
    /** Of the shipment's row in the ledger. */
    movementId: z.string(),
    sku: Sku,
    warehouse: Warehouse,
    lots: z.array(z.object({ lot: z.string(), expiresOn: z.iso.date().optional(), units: z.int().positive() })),
  }),
);

/**
 * A movement that came by queue was refused for good, in that message: nothing was changed, and nobody waits for an answer.
 */
export const StockMovementRejected = defineEvent(
  'storeworks.stock-update',
  'StockMovementRejected',
  z.object({
    movementId: z.string(),
    sku: Sku,
    warehouse: Warehouse,
    type: MovementType,
    quantity: z.int(),
    /** As the same movement over HTTP would be told. */
    reason: z.string(),
    messageId: z.string(),
  }),
);

export const AlertKind = z.enum(['low', 'out', 'back-in-stock', 'overstock', 'slow-moving', 'dead']);
export type AlertKind = z.infer<typeof AlertKind>;

/**
 * A SKU's available units, over all warehouses, crossed a level; or units have lain for long and none was shipped. Told
 * once per crossing.
 */
export const StockAlertRaised = defineEvent(
  'storeworks.stock-update',
  'StockAlertRaised',
  z.object({
    sku: Sku,
    kind: AlertKind,
    /** After the crossing. */
    available: z.int(),
    /** Of what does not sell. */
    idleSince: Instant.optional(),
    levels: AlertLevels.optional(),
  }),
);

/** Somebody set the levels at which they are told of a SKU's stock. */
export const StockAlertLevelsSet = defineEvent(
  'storeworks.stock-update',
  'StockAlertLevelsSet',
  z.object({ sku: Sku, levels: AlertLevels }),
);
