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

/** Status of units. `damaged` and `inspection` units are unavailable. */
export const StockStatus = z.enum(['available', 'damaged', 'inspection']);
export type StockStatus = z.infer<typeof StockStatus>;

/** Amounts by which counters were corrected. Not an integer if the wrong counter was not one. */
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

/** A movement was applied. The counters of a SKU in a warehouse are the sums of the deltas of its movements. */
export const StockMoved = defineEvent(
  'storeworks.stock-update',
  'StockMoved',
  z.object({
    movementId: z.string(),
    sku: Sku,
    warehouse: Warehouse,
    /** Orders record `shipment`, repairs `audit-correction`; callers post the other types. */
    type: z.enum([...MovementType.options, 'shipment', 'audit-correction']),
    onHandDelta: z.int(),
    unavailableDelta: z.int(),
    /** The non-zero parts of `unavailableDelta`. */
    unavailableDeltas: z.object({ damaged: z.int(), inspection: z.int(), safetyStock: z.int() }).partial().optional(),
    /** Only for `audit-correction`, which moves no units. */
    corrections: Corrections.optional(),
    transferId: z.string().optional(),
    reason: z.string().optional(),
    lot: z.string().optional(),
    occurredAt: Instant,
  }),
);

/** Units that an order shipped were deducted from lots, as far as the warehouse had lots. */
export const StockLotsShipped = defineEvent(
  'storeworks.stock-update',
  'StockLotsShipped',
  z.object({
    /** Movement id of the shipment in the ledger. */
    movementId: z.string(),
    sku: Sku,
    warehouse: Warehouse,
    lots: z.array(z.object({ lot: z.string(), expiresOn: z.iso.date().optional(), units: z.int().positive() })),
  }),
);

/** A movement in a queue message was finally rejected for that message. Stock is unchanged. */
export const StockMovementRejected = defineEvent(
  'storeworks.stock-update',
  'StockMovementRejected',
  z.object({
    movementId: z.string(),
    sku: Sku,
    warehouse: Warehouse,
    type: MovementType,
    quantity: z.int(),
    /** `RejectionReason`. */
    reason: z.string(),
    messageId: z.string(),
  }),
);

export const AlertKind = z.enum(['low', 'out', 'back-in-stock', 'overstock', 'slow-moving', 'dead']);
export type AlertKind = z.infer<typeof AlertKind>;

/**
 * The available units of a SKU over all warehouses crossed a level, or its stock is idle. Published once per crossing or
 * idle period.
 */
export const StockAlertRaised = defineEvent(
  'storeworks.stock-update',
  'StockAlertRaised',
  z.object({
    sku: Sku,
    kind: AlertKind,
    /** Units after the crossing. */
    available: z.int(),
    /** Only for `slow-moving` and `dead`. */
    idleSince: Instant.optional(),
    levels: AlertLevels.optional(),
  }),
);

/** The alert levels of a SKU were set. */
export const StockAlertLevelsSet = defineEvent(
  'storeworks.stock-update',
  'StockAlertLevelsSet',
  z.object({ sku: Sku, levels: AlertLevels }),
);
