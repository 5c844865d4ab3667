import type { SkuRecord } from '../../shared/catalog/sku-item.ts';
import type { Cause } from '../../shared/contracts/define-event.ts';
import type { OrderContent } from '../../shared/contracts/orders/routes.ts';
import type { SellingPolicy } from '../../shared/store.ts';
import { type Movement, Movement as MovementSchema } from '../../shared/stock/movement.ts';
import type { Payment } from '../../shared/payments/payment.ts';
import type { StockItem } from '../../shared/stock/stock-item.ts';

/** 2026-03-05, shortly after noon in London. */
export const noon = Date.UTC(2026, 2, 5, 12, 0, 1);

export const aCause = (given: Partial<Cause> = {}): Cause => ({
  actor: 'storefront',
  correlationId: 'correlation-1',
  causationId: 'request-1',
  now: noon,
  ...given,
});

export const aSku = (given: Partial<SkuRecord> = {}): SkuRecord => ({
  sku: 'MUG',
  name: 'A mug',
  priceMinor: 1200,
  currency: 'GBP',
  taxCategory: 'standard',
  active: true,
  ...given,
});

/** Returns a stock item with these available units by warehouse. */
export const aStock = (sku: string, available: Record<string, number>): StockItem => ({
  sku,
  warehouses: Object.fromEntries(
    Object.entries(available).map(([warehouse, units]) => [
      warehouse,
      { onHand: units, reserved: 0, unavailable: 0, available: units },
    ]),
  ),
});

export const aMovement = (given: Partial<Movement> = {}): Movement =>
  MovementSchema.parse({
    movementId: 'movement-1',
    sku: 'MUG',
    warehouse: 'main',
    type: 'receipt',
    quantity: 10,
    ...given,
  });

export const anOrder = (given: Partial<OrderContent> = {}): OrderContent => ({
  externalOrderId: 'order-1',
  currency: 'GBP',
  customer: { id: 'customer-1', email: 'ada@example.com' },
  shippingAddress: { country: 'GB' },
  lines: [{ sku: 'MUG', quantity: 1 }],
  ...given,
});

/** Returns a payment of this amount, captured at noon. */
export const aCapture = (amountMinor: number, given: Partial<Payment> = {}): Payment => ({
  eventId: `captured-${amountMinor}`,
  provider: 'acme',
  type: 'payment.captured',
  paymentId: 'payment-1',
  amountMinor,
  currency: 'GBP',
  occurredAt: new Date(noon).toISOString(),
  ...given,
});

export const aPolicy = (given: Partial<SellingPolicy> = {}): SellingPolicy => ({
  timeZone: 'Europe/London',
  taxIncluded: true,
  taxBasisPoints: { standard: 2000, reduced: 500, zero: 0 },
  shippingMethods: [
    { method: 'standard', priceMinor: 0 },
    { method: 'express', priceMinor: 495 },
  ],
  warehousePreference: ['main'],
  ...given,
});
