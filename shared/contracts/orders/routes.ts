import * as z from 'zod';
import { boundedRecord, maxEntries, StoredText } from '../bounds.ts';
import { Discount, OrderCharge, OrderLine, StoredCustomer, orderAmounts } from './events.ts';
import { Address, StoredAddress } from '../../address.ts';
import { Email } from '../../email.ts';
import {
  AmountMinor,
  BusinessDay,
  CallerId,
  Currency,
  CurrencyCode,
  EventInstant,
  Instant,
  Sku,
  Warehouse,
} from '../../names.ts';
import { Balance } from '../../payments/payment.ts';
import { defineRoute } from '../define-route.ts';
import { AcceptedOrder, Preferences, QueuedOrderResponse } from './queue-routes.ts';
import { requestsOfOrder } from '../../orders/request-weight.ts';
import { nextCursor, pageParameters, severalOf, timeRangeParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { SignedQuote } from '../quotes/signed-quote.ts';
import { OrderStatus } from './status.ts';
import { pricingTerms, sentCustomerTerms } from './pricing/terms.ts';
import { sentLineAmounts, sentOrderAmounts } from './pricing/sent-amounts.ts';
import { staffOnly } from '../readers.ts';

const Text = (max: number) => z.string().trim().min(1).max(max);

/** A requested line. */
export const WantedLine = z.strictObject({
  sku: Sku.describe('SKU of the line'),
  quantity: z.int().min(1).max(1_000_000).meta({ description: 'Number of units', example: 2 }),
  unitPriceMinor: AmountMinor.optional().meta({
    description:
      'Price of a unit in minor units. Counts for a channel that prices itself; for others it must be the current price',
    example: 1999,
  }),
  ...sentLineAmounts,
});

export const Note = z.string().max(2000);
export const ShippingMethod = Text(40);

/** What a storefront or channel sends to place an order. */
export const OrderContent = z
  .strictObject({
    externalOrderId: CallerId.describe('Id of the order in its channel; a repeated order has the same one'),
    currency: Currency.describe('Currency of all amounts, ISO 4217'),
    customer: z
      .strictObject({
        id: CallerId.optional().meta({ description: 'Id of the customer in the channel', example: 'cust-4711' }),
        email: Email.optional().meta({ description: 'E-mail address', example: 'ada@example.com' }),
        name: Text(200).optional().meta({ description: 'Name', example: 'Ada Lovelace' }),
        phone: Text(40).optional().meta({ description: 'Phone number', example: '+44 20 7946 0018' }),
        ...sentCustomerTerms,
      })
      .describe('The customer'),
    shippingAddress: Address.describe('Address that the goods are shipped to'),
    billingAddress: Address.optional().describe('Address of the invoice, if it differs'),
    lines: z.array(WantedLine).min(1).max(1000).describe('The lines'),
    couponCodes: z
      .array(Text(40))
      .max(20)
      .optional()
      .meta({ description: 'Coupon codes', example: ['SPRING10'] }),
    shippingMethod: ShippingMethod.optional().meta({
      description: 'Shipping method. Default: the first one of the store',
      example: 'standard',
    }),
    paymentMethod: Text(128).optional().meta({
      description: 'Payment method of the customer, by which promotions may apply. Default: not known',
      example: 'card',
    }),
    quote: SignedQuote.optional().meta({
      description:
        'A signed quote of the channel for this basket, by which the order is priced while its limits can be claimed. Instead of sent amounts',
    }),
    charges: z
      .array(z.strictObject(OrderCharge.shape))
      .max(20)
      .refine(
        (charges) => new Set(charges.map(({ chargeId }) => chargeId)).size === charges.length,
        'A charge id is used twice',
      )
      .optional()
      .describe('Duties and fees, part of the order’s total. No tax is calculated on them'),
    ...sentOrderAmounts,
    placedAt: EventInstant.optional().describe(
      'Time at which the customer placed the order: at most 30 days ago, or as the settings of the channel allow. Default: the time of the request',
    ),
    note: Note.optional().meta({ description: 'Note of the customer', example: 'Please leave it with the neighbour' }),
  })
  .meta({ id: 'OrderContent' });
export type OrderContent = z.infer<typeof OrderContent>;

/** A line as ordered or edited, with its cancelled and shipped units; absent if there are none. */
const CurrentLine = OrderLine.extend({
  cancelledQuantity: z
    .int()
    .positive()
    .optional()
    .meta({ description: 'Number of cancelled units; absent if there are none', example: 1 }),
  shippedQuantity: z
    .int()
    .positive()
    .optional()
    .meta({ description: 'Number of shipped units; absent if there are none', example: 1 }),
  refundedQuantity: z.int().positive().optional().meta({
    description: 'Those of the cancelled units that were cancelled because they were refunded before shipment',
    example: 1,
  }),
});

export const ShipmentResponse = z.object({
  shipmentId: StoredText.meta({ description: 'Id of the shipment, chosen by the warehouse', example: 'PARCEL-1' }),
  lines: z
    .array(
      z.object({
        lineId: StoredText.meta({ description: 'Id of the order line', example: '1' }),
        quantity: z.int().meta({ description: 'Number of units', example: 1 }),
      }),
    )
    .max(maxEntries)
    .describe('Shipped units'),
  carrier: StoredText.optional().meta({ description: 'Carrier', example: 'Royal Mail' }),
  trackingNumber: StoredText.optional().meta({
    description: 'Tracking number of the carrier',
    example: 'RM123456785GB',
  }),
  shippedAt: Instant.describe('Time of the shipment'),
  deliveredAt: Instant.optional().describe('Time of the delivery; absent before it'),
});

/** The risk of an order: a score of 0 to 100, the sum of the points of its reasons. */
export const RiskResponse = z.object({
  score: z.int().meta({ description: 'Score of 0 to 100, the sum of the points of the reasons', example: 35 }),
  reasons: z
    .array(
      z.object({
        code: StoredText.meta({ description: 'Stable name of the reason', example: 'disposable-email' }),
        points: z.int().meta({ description: 'Points of the reason', example: 35 }),
        detail: StoredText.meta({
          description: 'The reason, for a person',
          example: 'The e-mail domain is disposable',
        }),
      }),
    )
    .max(maxEntries)
    .describe('What the score consists of'),
  assessedAt: Instant.describe('Time of the assessment'),
});

/** What an order holds of the limits of a promotion. */
const HeldClaim = z.object({
  promotionId: StoredText.meta({ description: 'Id of the promotion', example: 'spring-sale' }),
  uses: z.int().optional().meta({ description: 'Uses; absent if they are not limited', example: 1 }),
  units: z.int().optional().meta({ description: 'Units at its price; absent if they are not limited', example: 3 }),
  budgetMinor: AmountMinor.optional().describe('Budget in minor units; absent without one'),
  code: StoredText.optional().meta({ description: 'Unique code that the order holds', example: 'K7Q2M9XW' }),
});

export const OrderResponse = z
  .object({
    orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    externalOrderId: StoredText.meta({ description: 'Id of the order in its channel', example: 'web-100042' }),
    channel: StoredText.meta({ description: 'Channel of the order', example: 'storefront' }),
    status: StoredText.meta({ description: 'Status of the order', example: 'paid' }),
    currency: CurrencyCode.describe('Currency of all amounts, ISO 4217'),
    lines: z.array(CurrentLine).max(maxEntries).describe('The lines, one for each warehouse that ships a part'),
    ...orderAmounts,
    ...pricingTerms,
    discounts: z
      .array(Discount)
      .max(maxEntries)
      .describe('Discounts by promotion or coupon code, also of codes that do not apply'),
    reservedUntil: Instant.nullable().describe(
      'Time at which the reservation expires; null if the order waits for no payment',
    ),
    placedAt: Instant.describe('Time at which the order was placed'),
    cancelledMinor: AmountMinor.optional().describe(
      'Value of the cancelled units, in minor units. The other amounts do not change with a cancellation, only with an edit',
    ),
    holdReasons: z
      .array(StoredText)
      .max(maxEntries)
      .optional()
      .meta({ description: 'Why the order, or its rest if partly shipped, is held for review', example: ['risk'] }),
    payment: Balance.optional().describe('Captured against due amount'),
    shipments: z.array(ShipmentResponse).max(maxEntries).optional().describe('The shipments, oldest first'),
    imported: z.literal(true).optional().describe('Imported from another system, without reservations'),
    exchangeOf: z
      .object({
        orderId: StoredText.meta({
          description: 'Id of the returned order',
          example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px',
        }),
        refundId: StoredText.meta({ description: 'Id of the refund', example: 'ref_01kb9zq4y8t4v7c0m3j5r6n8px' }),
      })
      .optional()
      .describe('The return whose goods the order replaces'),
    risk: staffOnly(RiskResponse)
      .optional()
      .describe(
        'The risk of the order, in the response for a single order, for staff and back-office clients. Absent until a reason is found or the order is allocated',
      ),
    promotionClaims: staffOnly(z.array(HeldClaim).max(maxEntries))
      .optional()
      .describe(
        'What the order holds of the limits of promotions, for staff; absent if nothing, and once it is released',
      ),
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
    shippingMethod: StoredText.optional().meta({ description: 'Shipping method', example: 'standard' }),
    note: StoredText.optional().meta({ description: 'Note for the store or the warehouse', example: 'Ring twice' }),
  })
  .meta({ id: 'Order' });
export type OrderResponse = z.infer<typeof OrderResponse>;

export const OrderParams = z.strictObject({
  orderId: z
    .string()
    .regex(/^ord_[0-9a-z]{26}$/, 'Not an order id')
    .meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
});

export const placeOrder = defineRoute({
  method: 'POST',
  path: '/orders',
  tag: 'Orders',
  summary: 'Place an order',
  scope: 'orders.write',
  headers: Preferences,
  body: OrderContent,
  requestsOf: requestsOfOrder,
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
        'Invalid content; lines that cannot be sold as requested; `code-refused`: coupon codes that do not apply, each with its reason, if the store is strict about codes; `too-many-promotions`: more limited promotions apply than an order can claim at once; `price-changed`: a sent amount is not the current one, or the limits of a quote are used up, see `lines` and `amounts`; `invalid-quote`, `quote-expired` or `quote-differs`: the quote is not one for this order; `amounts-differ`: the amounts of a channel that prices itself do not add up',
      schema: Problem,
    },
    429: { description: '`too-many-queued-orders`: the channel has as many as its quota allows', schema: Problem },
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
    eventId: StoredText.meta({ description: 'Id of the event', example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
    type: StoredText.meta({ description: 'Name of the event', example: 'OrderPlaced' }),
    occurredAt: Instant.describe('Time of the event'),
    actor: StoredText.meta({ description: 'Client, user or workflow that caused it', example: 'storefront' }),
    data: boundedRecord(StoredText, z.unknown(), 1000).describe('Data of the event, without personal data'),
  })
  .meta({ id: 'TimelineEntry' });

export const getTimeline = defineRoute({
  method: 'GET',
  path: '/orders/{orderId}/timeline',
  tag: 'Orders',
  summary: 'List the events of an order, oldest first',
  scope: 'orders.read',
  params: OrderParams,
  // This list had no pages at first: without a limit, the response has all events that fit into it.
  query: z.object({
    limit: z.coerce.number().int().min(1).max(1000).default(1000).meta({
      description: 'Largest number of events of the page, 1 to 1,000. A page is shorter if its events are large',
      example: 1000,
    }),
    cursor: pageParameters.cursor,
  }),
  responses: {
    200: {
      description: 'The events, or a page of them; `cursor` requests the next one',
      schema: z.object({
        events: z.array(TimelineEntry).max(maxEntries).describe('The events, oldest first'),
        cursor: nextCursor,
      }),
    },
    400: { description: '`invalid-cursor`: it belongs to another order or caller', schema: Problem },
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
        orders: z.array(OrderResponse).max(maxEntries).meta({ description: 'Orders, newest first' }),
        cursor: nextCursor.meta({
          description: 'Requests the next page; absent on the last one',
          example: 'q3Zk0dJ7…',
        }),
      }),
    },
    400: {
      description:
        '`invalid-parameter` with the valid values and the closest one; `invalid-cursor`: it belongs to another query',
      schema: Problem,
    },
  },
});
