import * as z from 'zod';
import { Discount, OrderCharge, OrderLine, StoredCustomer } from './events.ts';
import { Address, StoredAddress } from '../../address.ts';
import { Email } from '../../email.ts';
import { AmountMinor, BusinessDay, CallerId, Currency, Instant, Sku, Warehouse } from '../../names.ts';
import { Balance } from '../../payments/payment.ts';
import { defineRoute } from '../define-route.ts';
import { AcceptedOrder, Preferences, QueuedOrderResponse } from './queue-routes.ts';
import { nextCursor, pageParameters, severalOf, timeRangeParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { OrderStatus } from './status.ts';
import { sentLineAmounts, sentOrderAmounts } from './sent-amounts.ts';

const Text = (max: number) => z.string().trim().min(1).max(max);

/** A requested line. */
export const WantedLine = z.strictObject({
  sku: Sku,
  quantity: z.int().min(1).max(1_000_000),
  unitPriceMinor: AmountMinor.optional(),
  ...sentLineAmounts,
});

export const Note = z.string().max(2000);
export const ShippingMethod = Text(40);

/** What a storefront or channel sends to place an order. */
export const OrderContent = z
  .strictObject({
    externalOrderId: CallerId,
    currency: Currency,
    customer: z.strictObject({
      id: CallerId.optional(),
      email: Email.optional(),
      name: Text(200).optional(),
      phone: Text(40).optional(),
    }),
    shippingAddress: Address,
    billingAddress: Address.optional(),
    lines: z.array(WantedLine).min(1).max(1000),
    couponCodes: z.array(Text(40)).max(20).optional(),
    shippingMethod: ShippingMethod.optional(),
    /** Duties and fees, part of the order's total. No tax is calculated on them. */
    charges: z
      .array(z.strictObject(OrderCharge.shape))
      .max(20)
      .refine(
        (charges) => new Set(charges.map(({ chargeId }) => chargeId)).size === charges.length,
        'A charge id is used twice',
      )
      .optional(),
    ...sentOrderAmounts,
    placedAt: Instant.optional(),
    note: Note.optional(),
  })
  .meta({ id: 'OrderContent' });
export type OrderContent = z.infer<typeof OrderContent>;

/** A line as ordered or edited, with its cancelled and shipped units; absent if there are none. */
const CurrentLine = OrderLine.extend({
  cancelledQuantity: z.int().positive().optional(),
  shippedQuantity: z.int().positive().optional(),
});

export const ShipmentResponse = z.object({
  shipmentId: z.string(),
  lines: z.array(z.object({ lineId: z.string(), quantity: z.int() })),
  carrier: z.string().optional(),
  trackingNumber: z.string().optional(),
  shippedAt: Instant,
  deliveredAt: Instant.optional(),
});

/** The risk of an order: a score of 0 to 100, the sum of the points of its reasons. */
export const RiskResponse = z.object({
  score: z.int(),
  reasons: z.array(z.object({ code: z.string(), points: z.int(), detail: z.string() })),
  assessedAt: Instant,
});

export const OrderResponse = z
  .object({
    orderId: z.string(),
    externalOrderId: z.string(),
    channel: z.string(),
    status: z.string(),
    currency: Currency,
    lines: z.array(CurrentLine),
    subtotalMinor: AmountMinor,
    discountMinor: AmountMinor,
    shippingMinor: AmountMinor,
    taxMinor: AmountMinor,
    taxIncluded: z.boolean(),
    /** Duties and fees; absent if there are none. */
    charges: z.array(OrderCharge).optional(),
    totalMinor: AmountMinor,
    discounts: z.array(Discount),
    /** When the reservation expires; null if the order waits for no payment. */
    reservedUntil: Instant.nullable(),
    placedAt: Instant,
    /** Value of the cancelled units. The amounts above do not change with a cancellation, only with an edit. */
    cancelledMinor: AmountMinor.optional(),
    /** Why the order, or its rest if partly shipped, is held for review. */
    holdReasons: z.array(z.string()).optional(),
    payment: Balance.optional(),
    shipments: z.array(ShipmentResponse).optional(),
    /** Imported from another system, without reservations. */
    imported: z.literal(true).optional(),
    /** The return whose goods the order replaces. */
    exchangeOf: z.object({ orderId: z.string(), refundId: z.string() }).optional(),
    /** In the response for a single order, for staff and back-office clients. Absent until a reason is found or the order is allocated. */
    risk: RiskResponse.optional(),
    customer: StoredCustomer.optional().meta({
      description: 'Absent in the response to a placement, as are addresses, shipping method and note',
      example: { email: 'ada@example.com', name: 'Ada Lovelace' },
    }),
    shippingAddress: StoredAddress.optional().meta({
      description: 'Where the order ships to',
      example: { country: 'GB', postalCode: 'SW1A 1AA', city: 'London', line1: '10 Downing Street' },
    }),
    billingAddress: StoredAddress.optional().meta({
      description: 'Address of the invoice; absent if it is not known',
      example: { country: 'GB', postalCode: 'SW1A 1AA', city: 'London', line1: '10 Downing Street' },
    }),
    shippingMethod: z.string().optional().meta({ description: 'Shipping method', example: 'standard' }),
    note: z.string().optional().meta({ description: 'Note for the store or the warehouse', example: 'Ring twice' }),
  })
  .meta({ id: 'Order' });
export type OrderResponse = z.infer<typeof OrderResponse>;

export const OrderParams = z.strictObject({ orderId: z.string().regex(/^ord_[0-9a-z]{26}$/, 'Not an order id') });

export const placeOrder = defineRoute({
  method: 'POST',
  path: '/orders',
  tag: 'Orders',
  summary: 'Place an order',
  scope: 'orders.write',
  headers: Preferences,
  body: OrderContent,
  responses: {
    200: { description: 'The order was placed before; with `Idempotent-Replayed: true`', schema: OrderResponse },
    201: { description: 'Accepted; the stock is reserved', schema: OrderResponse },
    202: {
      description:
        'Queued and decided later: with `Prefer: respond-async`, or if other requests kept changing the same stock; read `Location`',
      schema: AcceptedOrder,
    },
    403: { description: '`not-a-channel`: the client is not a channel that places orders', schema: Problem },
    409: { description: '`out-of-stock` with the available units, or `order-conflict`', schema: Problem },
    422: {
      description:
        'Invalid content; lines that cannot be sold as requested; `price-changed`: a sent amount is not the current one, see `lines` and `amounts`; `amounts-differ`: the amounts of a channel that prices itself do not add up',
      schema: Problem,
    },
    503: { description: '`busy`: nothing was written; send the same order again', schema: Problem },
  },
});

export const getOrder = defineRoute({
  method: 'GET',
  path: '/orders/{orderId}',
  tag: 'Orders',
  summary: 'Read an order',
  scope: 'orders.read',
  params: OrderParams,
  responses: {
    200: {
      description: 'The order as it is now, or the queued order if it is not decided or was refused',
      schema: z.union([OrderResponse, QueuedOrderResponse]),
    },
    404: { description: 'Unknown order', schema: Problem },
  },
});

/** An event of an order; `data` is the event's data without personal data. */
const TimelineEntry = z
  .object({
    eventId: z.string(),
    type: z.string(),
    occurredAt: Instant,
    actor: z.string(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEntry' });

export const getTimeline = defineRoute({
  method: 'GET',
  path: '/orders/{orderId}/timeline',
  tag: 'Orders',
  summary: 'List the events of an order, oldest first',
  scope: 'orders.read',
  params: OrderParams,
  responses: {
    200: { description: 'The events', schema: z.object({ events: z.array(TimelineEntry) }) },
    404: { description: 'Unknown order', schema: Problem },
  },
});

const filterNames = [
  'externalOrderId',
  'email',
  'customerId',
  'status',
  'day',
  'from',
  'to',
  'warehouse',
  'channel',
] as const;

const FindOrdersQuery = z
  .strictObject({
    externalOrderId: CallerId.optional().meta({
      description: 'Id of the order in its channel',
      example: 'web-100042',
    }),
    email: Email.optional().meta({
      description: 'E-mail address of the customer, in any spelling with the same normal form (write + as %2B)',
      example: 'ada@example.com',
    }),
    customerId: CallerId.optional().meta({ description: 'Id of the customer in the channel', example: 'customer-7' }),
    status: severalOf(OrderStatus.options, { description: 'Current status', example: 'paid,allocated' }).optional(),
    day: BusinessDay.optional().meta({
      description: 'Business day on which the order was placed; not with `from` or `to`',
      example: '2026-11-30',
    }),
    ...timeRangeParameters('the order was placed'),
    warehouse: Warehouse.optional().meta({
      description: 'Orders with a line that ships from this warehouse',
      example: 'main',
    }),
    channel: z.string().max(128).optional().meta({
      description: 'Channel that placed the order; a channel finds its own orders only',
      example: 'storefront',
    }),
    ...pageParameters,
  })
  .refine((query) => filterNames.some((name) => query[name] !== undefined), {
    message: `Give at least one of ${filterNames.join(', ')}`,
  })
  .refine(({ day, from, to }) => day === undefined || (from === undefined && to === undefined), {
    path: ['day'],
    message: 'Give either day, or from and to',
  });

export const findOrders = defineRoute({
  method: 'GET',
  path: '/orders',
  tag: 'Orders',
  summary: 'Find orders by any combination of filters; newest first',
  scope: 'orders.read',
  query: FindOrdersQuery,
  responses: {
    200: {
      description: 'A page; `cursor` requests the next one. Several filters may give a short page although more follow',
      schema: z.object({
        orders: z.array(OrderResponse).meta({ description: 'Orders, newest first' }),
        cursor: nextCursor,
      }),
    },
    400: {
      description:
        '`invalid-parameter` with the valid values and the closest one; `invalid-cursor`: it belongs to another query',
      schema: Problem,
    },
  },
});
