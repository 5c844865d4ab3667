import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import type { OrderCharge } from '../../../shared/contracts/orders/events.ts';
import { noon } from '../builders.ts';

export { noon };

export const aDuty = (amountMinor: number, chargeId = 'duty-1'): OrderCharge => ({
  chargeId,
  kind: 'duty',
  name: 'Import duty',
  amountMinor,
});

/** Returns a placed order of these lines, one SKU each, with shipping of 495 minor units. */
export function aPlacedOrder(
  lines: { quantity: number; totalMinor: number }[] = [{ quantity: 1, totalMinor: 1000 }],
  given: Partial<OrderItem> = {},
): OrderItem {
  const subtotalMinor = lines.reduce((sum, { totalMinor }) => sum + totalMinor, 0);
  return {
    orderId: 'ord_0123456789abcdefghjkmnpqrs',
    externalOrderId: 'order-1',
    channel: 'storefront',
    status: 'placed',
    currency: 'GBP',
    customer: {},
    shippingAddress: { country: 'GB' },
    shippingMethod: 'express',
    couponCodes: [],
    lines: lines.map(({ quantity, totalMinor }, index) => ({
      lineId: `line-${index + 1}`,
      sku: `SKU-${index + 1}`,
      quantity,
      unitPriceMinor: 0,
      discountMinor: 0,
      taxMinor: 0,
      totalMinor,
      warehouse: 'main',
    })),
    subtotalMinor,
    discountMinor: 0,
    shippingMinor: 495,
    taxMinor: 0,
    taxIncluded: true,
    totalMinor: subtotalMinor + 495,
    discounts: [],
    reservedUntil: null,
    placedAt: new Date(noon).toISOString(),
    contentHash: '',
    placedEventId: '',
    version: 1,
    ...given,
  };
}
