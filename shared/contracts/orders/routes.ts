import * as z from 'zod';
import { Discount, OrderCharge, OrderLine } from './events.ts';
import { AmountMinor, BusinessDay, CallerId, Country, Currency, Instant, Sku } from '../../names.ts';
import { Balance } from '../../payments/payment.ts';
import { defineRoute } from '../define-route.ts';
import { AcceptedOrder, Preferences, QueuedOrderAnswer } from './queue-routes.ts';
import { Problem } from '../problem.ts';

const Text = (max: number) => z.string().trim().min(1).max(max);

export const Address = z.strictObject({
  country: Country,
  postalCode: Text(20).optional(),
  city: Text(100).optional(),
  line1: Text(200).optional(),
});

/** A line as it is asked for. */
export const WantedLine = z.strictObject({
  sku: Sku,
  quantity: z.int().min(1).max(1_000_000),
  unitPriceMinor: AmountMinor.optional(),
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
      email: z.email().max(254).optional(),
      name: Text(200).optional(),
      phone: Text(40).optional(),
    }),
    shippingAddress: Address,
    billingAddress: Address.optional(),
    lines: z.array(WantedLine).min(1).max(1000),
    couponCodes: z.array(Text(40)).max(20).optional(),
    shippingMethod: ShippingMethod.optional(),
    /** Duties and fees, part of the order's total. Gross: no tax is split from them. */
    charges: z
      .array(z.strictObject(OrderCharge.shape))
      .max(20)
      .refine(
        (charges) => new Set(charges.map(({ chargeId }) => chargeId)).size === charges.length,
        'A charge id is used twice',
      )
      .optional(),
    placedAt: Instant.optional(),
    note: Note.optional(),
  })
  .meta({ id: 'OrderContent' });
export type OrderContent = z.infer<typeof OrderContent>;

/** A line as it was ordered or edited, and how many of its units were cancelled or shipped since; absent for none. */
const CurrentLine = OrderLine.extend({
  cancelledQuantity: z.int().positive().optional(),
  shippedQuantity: z.int().positive().optional(),
});

export const ShipmentAnswer = z.object({
  shipmentId: z.string(),
  lines: z.array(z.object({ lineId: z.string(), quantity: z.int() })),
  carrier: z.string().optional(),
  trackingNumber: z.string().optional(),
  shippedAt: Instant,
  deliveredAt: Instant.optional(),
});

/** How risky an order is, 0 to 100, as the sum of its reasons' points. */
export const RiskAnswer = z.object({
  score: z.int(),
  reasons: z.array(z.object({ code: z.string(), points: z.int(), detail: z.string() })),
  assessedAt: Instant,
});

export const OrderAnswer = z
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
    /** Duties and fees; absent for none. */
    charges: z.array(OrderCharge).optional(),
    totalMinor: AmountMinor,
    discounts: z.array(Discount),
    /** When the hold on the stock ends; null while an order waits for nothing. */
    reservedUntil: Instant.nullable(),
    placedAt: Instant,
    /** The members below are absent until there is something to tell. Amounts above are as last edited: what is cancelled does not change them. */
    cancelledMinor: AmountMinor.optional(),
    /** Why it is on hold, or why what is left of it is not shipped. */
    holdReasons: z.array(z.string()).optional(),
    payment: Balance.optional(),
    shipments: z.array(ShipmentAnswer).optional(),
    /** Taken over from another system; it took no stock here. */
    imported: z.literal(true).optional(),
    /** The return whose goods it replaces. */
    exchangeOf: z.object({ orderId: z.string(), refundId: z.string() }).optional(),
    /** For staff and back-office clients, of a single order; absent until something speaks against it, or its goods are allocated. */
    risk: RiskAnswer.optional(),
  })
  .meta({ id: 'Order' });
export type OrderAnswer = z.infer<typeof OrderAnswer>;

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
    200: { description: 'The same order again, with `Idempotent-Replayed: true`', schema: OrderAnswer },
    201: { description: 'Accepted, its stock reserved', schema: OrderAnswer },
    202: {
      description: 'To a caller who prefers `respond-async`: queued, and decided later; look at `Location`',
      schema: AcceptedOrder,
    },
    403: { description: '`not-a-channel`: the caller places no orders', schema: Problem },
    409: { description: '`out-of-stock` with what is available, or `order-conflict`', schema: Problem },
    422: { description: 'Invalid content, or content that the store does not sell so', schema: Problem },
    503: { description: '`busy`: nothing was done; the same order may be sent again', schema: Problem },
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
      description: 'The order as it is now; before it is decided, and if it was refused, a queued order',
      schema: z.union([OrderAnswer, QueuedOrderAnswer]),
    },
    404: { description: 'Unknown order', schema: Problem },
  },
});

/** Something that happened to an order; `data` is the event's, without personal data. */
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
  summary: 'What happened to an order, oldest first',
  scope: 'orders.read',
  params: OrderParams,
  responses: {
    200: { description: 'Its events', schema: z.object({ events: z.array(TimelineEntry) }) },
    404: { description: 'Unknown order', schema: Problem },
  },
});

const FindOrdersQuery = z
  .strictObject({
    externalOrderId: CallerId.optional(),
    customerId: CallerId.optional(),
    status: z.string().max(40).optional(),
    day: BusinessDay.optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: z.string().max(2000).optional(),
  })
  .refine((query) => [query.externalOrderId, query.customerId, query.status, query.day].filter(Boolean).length === 1, {
    message: 'Give exactly one of externalOrderId, customerId, status and day',
  });
export type FindOrdersQuery = z.infer<typeof FindOrdersQuery>;

export const findOrders = defineRoute({
  method: 'GET',
  path: '/orders',
  tag: 'Orders',
  summary: 'Find orders by exactly one of external id, customer, status or business day; newest first',
  scope: 'orders.read',
  query: FindOrdersQuery,
  responses: {
    200: { description: 'A page', schema: z.object({ orders: z.array(OrderAnswer), cursor: z.string().optional() }) },
    400: { description: 'Invalid query', schema: Problem },
  },
});
