import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { CallerId, Instant, Sku, Warehouse } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters } from '../list-query.ts';
import { OrderStatus } from '../orders/status.ts';
import { Problem } from '../problem.ts';

const warehouse = Warehouse.meta({ description: 'Warehouse with a negative available', example: 'main' });
const sku = Sku.meta({ description: 'SKU', example: 'TEA-EARL-GREY-100' });

/** An order with units that its warehouse does not have. */
export const UnfillableOrder = z
  .object({
    orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_0k3jd8s2m4n6p8q0r2t4v6x8z0' }),
    externalOrderId: CallerId.meta({ description: 'Id of the order in its channel', example: 'web-100042' }),
    channel: StoredText.meta({ description: 'Channel that placed the order', example: 'storefront' }),
    status: OrderStatus.meta({ description: 'Status of the order', example: 'paid' }),
    placedAt: Instant.meta({ description: 'When the order was placed', example: '2026-11-30T09:15:00Z' }),
    units: z
      .array(
        z.object({
          warehouse,
          reserved: z.int().positive().meta({
            description: 'Units of the SKU that the order has reserved there and not shipped',
            example: 3,
          }),
          missing: z.int().positive().meta({ description: 'How many of them are not there', example: 2 }),
        }),
      )
      .max(maxEntries)
      .meta({ description: 'Units of the order by warehouse' }),
  })
  .meta({ id: 'UnfillableOrder' });
export type UnfillableOrder = z.infer<typeof UnfillableOrder>;

export const listUnfillableOrders = defineRoute({
  method: 'GET',
  path: '/stock/{sku}/unfillable-orders',
  tag: 'Stock',
  summary: 'List the orders that the stock of a SKU cannot fill, the newest first',
  scope: 'orders.read',
  params: z.strictObject({ sku }),
  query: z.strictObject(pageParameters),
  responses: {
    200: {
      description:
        'A page; `cursor` requests the next one. The newest orders that together reserve `shortUnits` cannot be filled. A channel sees its own orders only',
      schema: z.object({
        sku,
        shortUnits: z.int().meta({ description: 'Reserved units that are not there, in all warehouses', example: 2 }),
        orders: z
          .array(UnfillableOrder)
          .max(maxEntries)
          .meta({ description: 'Orders that cannot be filled, the newest first' }),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another list', schema: Problem },
    404: { description: '`unknown-sku`', schema: Problem },
  },
});
