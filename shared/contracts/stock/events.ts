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
  'transit-loss',
  'expiry-correction',
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
    expired: z.number(),
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
    /** Orders record `shipment`, repairs `audit-correction`, the nightly expiry of lots `expiry`; callers post the others. */
    type: z.enum([...MovementType.options, 'shipment', 'audit-correction', 'expiry']),
    onHandDelta: z.int(),
    unavailableDelta: z.int(),
    /** The non-zero parts of `unavailableDelta`. */
    unavailableDeltas: z
      .object({ damaged: z.int(), inspection: z.int(), safetyStock: z.int(), expired: z.int() })
      .partial()
      .optional(),
    /** Only for `audit-correction`, which moves no units. */
    corrections: Corrections.optional(),
    transferId: z.string().optional(),
    reason: z.string().optional(),
    lot: z.string().optional(),
    expiresOn: z.iso.date().optional().meta({
      description: 'Last day on which the lot is sold, as submitted',
      example: '2027-03-31',
    }),
    inTransitDelta: z.int().optional().meta({
      description: 'Units added to the transfer; negative if they arrived or were lost. Absent without `transferId`',
      example: -2,
    }),
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

/** The units of a lot are past their last day of sale and became unavailable. */
export const StockLotExpired = defineEvent(
  'storeworks.stock-update',
  'StockLotExpired',
  z.object({
    sku: Sku.meta({ description: 'SKU of the lot' }),
    warehouse: Warehouse.meta({ description: 'Warehouse of the lot' }),
    lot: z.string().meta({ description: 'Name of the lot', example: 'L-2026-11' }),
    expiresOn: z.iso.date().meta({ description: 'Expiry day of the lot', example: '2026-11-29' }),
    units: z.int().positive().meta({ description: 'Units that became unavailable', example: 12 }),
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

export const AlertKind = z.enum(['low', 'out', 'back-in-stock', 'overstock', 'slow-moving', 'dead', 'oversold']);
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
    shortUnits: z.int().optional().meta({
      description: 'Reserved units that cannot be shipped, over all warehouses; only for `oversold`',
      example: 2,
    }),
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
