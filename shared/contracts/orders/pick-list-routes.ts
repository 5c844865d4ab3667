import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { BusinessDay, CallerId, Instant, Sku, Warehouse } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { OrderContent, OrderParams, ShippingMethod } from './routes.ts';

const { customer, shippingAddress, note } = OrderContent.shape;
const quantity = z.int().positive().meta({
  description:
    'Units to pick: ordered, and neither cancelled, shipped nor refunded, also by a refund that is not decided',
  example: 2,
});
const sku = Sku.meta({ description: 'SKU of the units', example: 'TEA-EARL-GREY-100' });
const name = StoredText.optional().meta({
  description: 'Name of the SKU in the catalogue; absent if the SKU is not there',
  example: 'Earl Grey, 100 bags',
});

/** What a warehouse picks and packs for one order. */
export const PickOrder = z
  .object({
    orderId: OrderParams.shape.orderId.meta({
      description: 'Id of the order, for its shipment',
      example: 'ord_0k3jd8s2m4n6p8q0r2t4v6x8z0',
    }),
    externalOrderId: CallerId.meta({ description: 'Id of the order in its channel', example: 'web-100042' }),
    channel: StoredText.meta({ description: 'Channel that placed the order', example: 'storefront' }),
    status: z.enum(['allocated', 'partly-shipped']).meta({ description: 'Status of the order', example: 'allocated' }),
    placedAt: Instant.meta({ description: 'When the order was placed', example: '2026-11-30T09:15:00Z' }),
    shippingMethod: ShippingMethod.optional().meta({
      description: 'Requested shipping method; absent if the order names none',
      example: 'express',
    }),
    customer: z
      .object(customer.shape)
      .meta({ description: 'Recipient', example: { name: 'Ada Lovelace', phone: '+44 20 7946 0000' } }),
    shippingAddress: shippingAddress.meta({
      description: 'Address of the packing label',
      example: { country: 'GB', postalCode: 'SW1A 1AA', city: 'London', line1: '1 Main Street' },
    }),
    note: note.optional().meta({ description: 'Note of the customer', example: 'Ring twice' }),
    lines: z
      .array(
        z.object({
          lineId: StoredText.meta({ description: 'Id of the line, for its shipment', example: 'line-1' }),
          sku,
          name,
          quantity,
          lots: z
            .array(
              z.object({
                lot: StoredText.meta({ description: 'Lot to pick from', example: 'L2026-11' }),
                expiresOn: BusinessDay.optional().meta({
                  description: 'Last day on which the lot is sold; absent if it has none',
                  example: '2027-05-31',
                }),
                quantity: z.int().positive().meta({ description: 'Units to pick from the lot', example: 2 }),
              }),
            )
            .max(maxEntries)
            .meta({
              description:
                'Lots to pick from, first expired first. Lots that are expired, or are past the last day on which the store sells them, are left out. Units that are in no such lot have none',
            }),
        }),
      )
      .max(maxEntries)
      .meta({ description: 'Lines with units to pick in this warehouse' }),
  })
  .meta({ id: 'PickOrder' });
export type PickOrder = z.infer<typeof PickOrder>;

export const PickList = z
  .object({
    warehouse: Warehouse.meta({ description: 'Warehouse whose units are picked', example: 'main' }),
    orders: z
      .array(PickOrder)
      .max(maxEntries)
      .meta({ description: 'Orders to pick, the one that waits longest first' }),
    totals: z
      .array(z.object({ sku, name, quantity }))
      .max(maxEntries)
      .meta({ description: 'Units of all orders of this page by SKU, to pick them in one round' }),
    cursor: nextCursor,
  })
  .meta({ id: 'PickList' });
export type PickList = z.infer<typeof PickList>;

export const getPickList = defineRoute({
  method: 'GET',
  path: '/warehouses/{warehouse}/pick-list',
  tag: 'Orders',
  summary: 'List the units that a warehouse has to pick for allocated orders, as JSON or CSV',
  scope: 'orders.read',
  params: z.strictObject({
    warehouse: Warehouse.meta({ description: 'Warehouse whose units are picked', example: 'main' }),
  }),
  headers: z.object({
    accept: z.string().max(1000).optional().meta({ description: '`text/csv` requests CSV', example: 'text/csv' }),
  }),
  query: z.strictObject({
    format: z.enum(['json', 'csv'], 'The format is json or csv').optional().meta({
      description: 'Format of the response; takes precedence over `Accept`. Without both, JSON',
      example: 'csv',
    }),
    shippingMethod: ShippingMethod.optional().meta({
      description: 'Orders with this shipping method only, such as those that leave first',
      example: 'express',
    }),
    ...pageParameters,
  }),
  responses: {
    200: {
      description:
        'A page. As CSV it has a row per line to pick, and the next page as `Link` with `rel="next"`. Orders on hold are left out, and units that a refund pays back. Each page proposes lots for its own orders: pick a page before you request the next one',
      schema: PickList,
      text: ['text/csv'],
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another list', schema: Problem },
    404: { description: '`unknown-warehouse`: the detail names the closest one', schema: Problem },
  },
});
