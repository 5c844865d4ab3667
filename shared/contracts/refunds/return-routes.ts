import * as z from 'zod';
import { Disposition } from './events.ts';
import { CallerId, Country, Instant, Warehouse } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

const Text = (max: number) => z.string().trim().min(1).max(max);

/** The return address of a warehouse. */
export const ReturnAddress = z.object({
  name: Text(200),
  line1: Text(200),
  city: Text(100).optional(),
  postalCode: Text(20).optional(),
  country: Country,
});
export type ReturnAddress = z.infer<typeof ReturnAddress>;

/** Units of a line that were in a parcel or are missing. */
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
    /** `requested` until the decision on the refund; `closed` if the refund ended unpaid: no goods are expected. */
    status: z.enum(['requested', 'expected', 'received', 'closed']),
    reason: z.string(),
    note: z.string().optional(),
    /** The deadline of the return. */
    returnBy: Instant.optional(),
    /** The data of shipping labels: one for each warehouse that some of the units return to. */
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
const unknownReturn = { description: 'No such return is visible to the caller', schema: Problem };

export const getReturn = defineRoute({
  method: 'GET',
  path: '/returns/{rmaId}',
  tag: 'Refunds',
  summary: 'Read the expected and received units of a return, and its labels',
  scope: 'orders.read',
  params: ReturnParams,
  responses: { 200: { description: 'The current return', schema: ReturnResponse }, 404: unknownReturn },
});

export const receiveReturn = defineRoute({
  method: 'POST',
  path: '/returns/{rmaId}/receipts',
  tag: 'Refunds',
  summary: 'Record a receipt of returned goods. Stock and awaited payouts follow',
  scope: 'stock.write',
  params: ReturnParams,
  body: z
    .strictObject({
      receiptId: CallerId,
      units: z.array(ReceivedUnits).min(1).max(100),
      /** The receiving warehouse. @default the warehouse of the label */
      warehouse: Warehouse.optional(),
    })
    .meta({ id: 'ReturnReceipt' }),
  responses: {
    200: {
      description: 'A repeated receipt, with `Idempotent-Replayed: true`: the current return',
      schema: ReturnResponse,
    },
    201: { description: 'Received', schema: ReturnResponse },
    404: unknownReturn,
    409: {
      description:
        '`not-expected` with `lines: [{ lineId, expected, received }]`; `receipt-conflict`: the receipt id was used with other content; `illegal-transition` with the refund’s `currentStatus`: nothing is expected back',
      schema: Problem,
    },
    422: { description: 'Invalid content, or a line without expected units', schema: Problem },
    503: { description: '`busy`: nothing was changed; repeat the request', schema: Problem },
  },
});
