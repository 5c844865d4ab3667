import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { AmountMinor, Instant, Sku, Warehouse } from '../../names.ts';
import { AlertLevels } from '../../stock/stock-item.ts';
import { defineEvent } from '../define-event.ts';
import { staffOnly } from '../readers.ts';

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
    onHand: z.number().meta({ description: 'Correction of the units on hand', example: -1 }),
    unavailable: z.number().meta({ description: 'Correction of the unavailable units', example: 0 }),
    damaged: z.number().meta({ description: 'Correction of the damaged units', example: 0 }),
    inspection: z.number().meta({ description: 'Correction of the units in inspection', example: 0 }),
    safetyStock: z.number().meta({ description: 'Correction of the safety stock', example: 0 }),
    expired: z.number().meta({ description: 'Correction of the expired units', example: 0 }),
    reserved: z.number().meta({ description: 'Correction of the reserved units', example: 1 }),
    available: z.number().meta({ description: 'Correction of the available units', example: -2 }),
  })
  .partial();
export type Corrections = z.infer<typeof Corrections>;

/** A movement was applied. The counters of a SKU in a warehouse are the sums of the deltas of its movements. */
export const StockMoved = defineEvent(
  'storeworks.stock-update',
  'StockMoved',
  z.object({
    movementId: StoredText.meta({
      description: 'Id of the movement, chosen by the caller',
      example: 'receipt-2026-11-30-17',
    }),
    sku: Sku.describe('SKU'),
    warehouse: Warehouse.describe('Warehouse'),
    type: z
      .enum([...MovementType.options, 'shipment', 'audit-correction', 'expiry'])
      .describe(
        'Kind of the movement. Orders record `shipment`, repairs `audit-correction`; callers post the other types',
      ),
    onHandDelta: z.int().meta({ description: 'Change of the units on hand', example: 24 }),
    unavailableDelta: z.int().meta({ description: 'Change of the unavailable units', example: 0 }),
    unavailableDeltas: z
      .object({
        damaged: z.int().meta({ description: 'Change of the damaged units', example: 1 }),
        inspection: z.int().meta({ description: 'Change of the units in inspection', example: 1 }),
        safetyStock: z.int().meta({ description: 'Change of the safety stock', example: 5 }),
        expired: z.int().meta({ description: 'Change of the expired units', example: 1 }),
      })
      .partial()
      .optional()
      .describe('The non-zero parts of `unavailableDelta`'),
    corrections: Corrections.optional().describe('Only for `audit-correction`, which moves no units'),
    transferId: StoredText.optional().meta({
      description: 'Id of the transfer between two warehouses',
      example: 'transfer-88',
    }),
    reason: staffOnly(StoredText)
      .optional()
      .meta({ description: 'Why stock was moved', example: 'Delivery note 5521' }),
    lot: StoredText.optional().meta({ description: 'Lot of the units', example: 'L2026-11' }),
    expiresOn: z.iso.date().optional().meta({
      description: 'Last day on which the lot is sold, as submitted',
      example: '2027-03-31',
    }),
    inTransitDelta: z.int().optional().meta({
      description: 'Units added to the transfer; negative if they arrived or were lost. Absent without `transferId`',
      example: -2,
    }),
    unitCostMinor: staffOnly(AmountMinor).optional().meta({
      description: 'Purchase cost of a unit of a receipt, in minor units of the SKU’s currency, as submitted',
      example: 850,
    }),
    occurredAt: Instant.describe('Time of the movement'),
  }),
);

/** Units that an order shipped were deducted from lots, as far as the warehouse had lots. */
export const StockLotsShipped = defineEvent(
  'storeworks.stock-update',
  'StockLotsShipped',
  z.object({
    movementId: StoredText.meta({
      description: 'Movement id of the shipment in the ledger',
      example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px-PARCEL-1',
    }),
    sku: Sku.describe('SKU'),
    warehouse: Warehouse.describe('Warehouse'),
    lots: z
      .array(
        z.object({
          lot: StoredText.meta({ description: 'Lot', example: 'L2026-11' }),
          expiresOn: z.iso
            .date()
            .optional()
            .meta({ description: 'Last day on which the lot is sold', example: '2027-05-31' }),
          units: z.int().positive().meta({ description: 'Number of units', example: 2 }),
        }),
      )
      .max(maxEntries)
      .describe('Units by lot'),
  }),
);

/** The units of a lot are past their last day of sale and became unavailable. */
export const StockLotExpired = defineEvent(
  'storeworks.stock-update',
  'StockLotExpired',
  z.object({
    sku: Sku.meta({ description: 'SKU of the lot' }),
    warehouse: Warehouse.meta({ description: 'Warehouse of the lot' }),
    lot: StoredText.meta({ description: 'Name of the lot', example: 'L-2026-11' }),
    expiresOn: z.iso.date().meta({ description: 'Expiry day of the lot', example: '2026-11-29' }),
    units: z.int().positive().meta({ description: 'Units that became unavailable', example: 12 }),
  }),
);

/** A movement in a queue message was finally rejected for that message. Stock is unchanged. */
export const StockMovementRejected = defineEvent(
  'storeworks.stock-update',
  'StockMovementRejected',
  z.object({
    movementId: StoredText.meta({ description: 'Id of the movement', example: 'receipt-2026-11-30-17' }),
    sku: Sku.describe('SKU'),
    warehouse: Warehouse.describe('Warehouse'),
    type: MovementType.describe('Kind of the movement'),
    quantity: z.int().meta({ description: 'Requested quantity', example: 24 }),
    reason: StoredText.meta({ description: 'Why it was rejected', example: 'unknown-sku' }),
    messageId: StoredText.meta({
      description: 'Id of the queue message',
      example: '0b1e8c0a-9d0f-4f5c-9d59-0f9d3e8f7a10',
    }),
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
    sku: Sku.describe('SKU'),
    kind: AlertKind.describe('Kind of the alert'),
    available: z.int().meta({ description: 'Available units over all warehouses after the crossing', example: 4 }),
    shortUnits: z.int().optional().meta({
      description: 'Reserved units that cannot be shipped, over all warehouses; only for `oversold`',
      example: 2,
    }),
    idleSince: Instant.optional().describe('Time since which no unit was shipped; only for `slow-moving` and `dead`'),
    levels: AlertLevels.optional().describe('Alert levels of the SKU'),
  }),
);

/** The alert levels of a SKU were set. */
export const StockAlertLevelsSet = defineEvent(
  'storeworks.stock-update',
  'StockAlertLevelsSet',
  z.object({ sku: Sku.describe('SKU'), levels: AlertLevels.describe('The new levels') }),
);
