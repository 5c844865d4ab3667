import * as z from 'zod';
import { Disposition } from './events.ts';
import { CallerId, Country, Instant, Warehouse } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

const Text = (max: number) => z.string().trim().min(1).max(max);

/** Where a warehouse takes goods back. */
export const ReturnAddress = z.object({
  name: Text(200),
  line1: Text(200),
  city: Text(100).optional(),
  postalCode: Text(20).optional(),
  country: Country,
});
export type ReturnAddress = z.infer<typeof ReturnAddress>;

/** Units of a line that were found in a parcel, or missed in it. */
export const ReceivedUnits = z.strictObject({
  lineId: Text(40),
  quantity: z.int().min(1).max(1_000_000),
  disposition: Disposition,
  lot: Text(64).optional(),
  note: Text(500).optional(),
});

const units = z.int().nonnegative();

export const ReturnResponse = z
  .object({
    rmaId: z.string(),
    refundId: z.string(),
    orderId: z.string(),
    externalOrderId: z.string(),
    channel: z.string(),
    /** `requested` until the refund is decided on; `closed` if it came to nothing: the goods are not expected. */
    status: z.enum(['requested', 'expected', 'received', 'closed']),
    reason: z.string(),
    note: z.string().optional(),
    /** Until when the goods are awaited. */
    returnBy: Instant.optional(),
    /** What any carrier needs to know; one for each warehouse that takes some of the units back. */
    labels: z.array(
      z.object({
        reference: z.string(),
        warehouse: Warehouse,
        to: ReturnAddress.optional(),
        units: z.array(z.object({ sku: z.string(), quantity: units })),
      }),
    ),
    units: z.array(
      z.object({
        lineId: z.string(),
        sku: z.string(),
        warehouse: Warehouse,
        expected: units,
        restock: units,
        damaged: units,
        missing: units,
      }),
    ),
    receipts: z.array(
      z.object({ receiptId: z.string(), at: Instant, warehouse: Warehouse.optional(), units: z.array(ReceivedUnits) }),
    ),
  })
  .meta({ id: 'Return' });
export type ReturnResponse = z.infer<typeof ReturnResponse>;

const ReturnParams = z.strictObject({ rmaId: z.string().regex(/^rma_[0-9a-z]{26}$/, 'Not a return id') });
const unknownReturn = { description: 'There is no such return in the caller’s sight', schema: Problem };

export const getReturn = defineRoute({
  method: 'GET',
  path: '/returns/{rmaId}',
  tag: 'Refunds',
  summary: 'Goods that a refund expects back, the labels for their way, and what came of them',
  scope: 'orders.read',
  params: ReturnParams,
  responses: { 200: { description: 'The return as it is now', schema: ReturnResponse }, 404: unknownReturn },
});

export const receiveReturn = defineRoute({
  method: 'POST',
  path: '/returns/{rmaId}/receipts',
  tag: 'Refunds',
  summary: 'Say what a parcel brought and what becomes of it; stock follows, and money that waited for it',
  scope: 'stock.write',
  params: ReturnParams,
  body: z
    .strictObject({
      receiptId: CallerId,
      units: z.array(ReceivedUnits).min(1).max(100),
      /** Where they came in; at the warehouse of their label unless told. */
      warehouse: Warehouse.optional(),
    })
    .meta({ id: 'ReturnReceipt' }),
  responses: {
    200: {
      description: 'The same again, with `Idempotent-Replayed: true`: the return as it is now',
      schema: ReturnResponse,
    },
    201: { description: 'Received', schema: ReturnResponse },
    404: unknownReturn,
    409: {
      description:
        '`not-expected` with `lines: [{ lineId, expected, received }]`; `receipt-conflict`: the receipt id brought something else; `illegal-transition` with the refund’s `currentStatus`: nothing is expected back',
      schema: Problem,
    },
    422: { description: 'Invalid content, or a line of which nothing is expected', schema: Problem },
    503: { description: '`busy`: nothing was done; the same may be sent again', schema: Problem },
  },
});
