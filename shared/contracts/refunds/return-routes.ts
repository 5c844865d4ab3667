import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { Disposition } from './events.ts';
import { personal } from '../personal-data.ts';
import { addressFields } from '../../address.ts';
import { CallerId, Instant, Warehouse } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters, severalOf, timeRangeParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { staffOnly } from '../readers.ts';
import { requestNote } from './refund-response.ts';

const Text = (max: number) => z.string().trim().min(1).max(max);

/** The return address of a warehouse. */
export const ReturnAddress = z.object({
  ...addressFields,
  name: Text(200).meta({ description: 'Name of the recipient', example: 'Storeworks Returns' }),
  line1: Text(200).meta({ description: 'Street and number', example: '1 Dock Road' }),
});
export type ReturnAddress = z.infer<typeof ReturnAddress>;

/** Units of a line that were in a parcel or are missing. */
export const ReceivedUnits = z.strictObject({
  lineId: Text(40).meta({ description: 'Id of the order line', example: '1' }),
  quantity: z.int().min(1).max(1_000_000).meta({ description: 'Number of units', example: 1 }),
  disposition: Disposition.describe('`restock`: sold again; `damaged`: kept apart; `missing`: not in the parcel'),
  lot: Text(64).optional().meta({ description: 'Lot that the units return to', example: 'L2026-11' }),
  note: personal(
    staffOnly(Text(500))
      .optional()
      .meta({ description: 'Note about the state of the goods', example: 'Box torn, goods fine' }),
  ),
});

const units = z.int().nonnegative();

export const ReturnResponse = z
  .object({
    rmaId: StoredText.meta({ description: 'Id of the return', example: 'rma_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    refundId: StoredText.meta({ description: 'Id of the refund', example: 'ref_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    externalOrderId: StoredText.meta({ description: 'Id of the order in its channel', example: 'web-100042' }),
    channel: StoredText.meta({ description: 'Channel of the order', example: 'storefront' }),
    status: z
      .enum(['requested', 'expected', 'received', 'closed'])
      .describe(
        '`requested` until the decision on the refund; `closed` if the refund ended unpaid: no goods are expected',
      ),
    reason: StoredText.meta({ description: 'Reason code of the refund', example: 'damaged' }),
    ...requestNote,
    returnBy: Instant.optional().describe('Deadline of the return'),
    labels: z
      .array(
        z.object({
          reference: StoredText.meta({
            description: 'Reference that the label carries',
            example: 'rma_01kb9zq4y8t4v7c0m3j5r6n8px-main',
          }),
          warehouse: Warehouse.describe('Warehouse that receives the parcel'),
          to: ReturnAddress.optional().describe('Return address; absent if the store has none'),
          units: z
            .array(
              z.object({
                sku: StoredText.meta({ description: 'SKU', example: 'TEA-EARL-GREY-100' }),
                quantity: units.meta({ description: 'Number of units', example: 1 }),
              }),
            )
            .max(maxEntries)
            .describe('Units of the parcel'),
        }),
      )
      .max(maxEntries)
      .describe('The data of shipping labels: one for each warehouse that some of the units return to'),
    units: z
      .array(
        z.object({
          lineId: StoredText.meta({ description: 'Id of the order line', example: '1' }),
          sku: StoredText.meta({ description: 'SKU', example: 'TEA-EARL-GREY-100' }),
          warehouse: Warehouse.describe('Warehouse of the label'),
          expected: units.meta({ description: 'Number of units expected back', example: 2 }),
          restock: units.meta({ description: 'Number of received units that can be sold again', example: 1 }),
          damaged: units.meta({ description: 'Number of received units that are damaged', example: 1 }),
          missing: units.meta({ description: 'Number of units that were not in the parcels', example: 0 }),
        }),
      )
      .max(maxEntries)
      .describe('Expected and received units by order line and warehouse'),
    receipts: z
      .array(
        z.object({
          receiptId: StoredText.meta({
            description: 'Id of the receipt, chosen by its caller',
            example: 'receipt-771',
          }),
          at: Instant.describe('Time of the receipt'),
          warehouse: Warehouse.optional().describe('Warehouse that received the goods, if not that of the label'),
          units: z.array(ReceivedUnits).max(maxEntries).describe('Units of the receipt'),
        }),
      )
      .max(maxEntries)
      .describe('Receipts, oldest first'),
  })
  .meta({ id: 'Return' });
export type ReturnResponse = z.infer<typeof ReturnResponse>;

/** An entry of the list of returns. */
const ReturnSummary = ReturnResponse.omit({ receipts: true }).meta({ id: 'ReturnSummary' });
export type ReturnSummary = z.infer<typeof ReturnSummary>;

const ReturnParams = z.strictObject({
  rmaId: z
    .string()
    .regex(/^rma_[0-9a-z]{26}$/, 'Not a return id')
    .meta({ description: 'Id of the return', example: 'rma_01kb9zq4y8t4v7c0m3j5r6n8px' }),
});
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

/** Statuses by which returns are listed. `expected` contains the overdue ones. */
export const ReturnFilter = z.enum(['requested', 'expected', 'overdue', 'received', 'closed']);
export type ReturnFilter = z.infer<typeof ReturnFilter>;

export const findReturns = defineRoute({
  method: 'GET',
  path: '/returns',
  tag: 'Refunds',
  summary: 'List returns by status, warehouse, order and time of request, the newest first',
  scope: 'orders.read',
  query: z.strictObject({
    status: severalOf(ReturnFilter.options, {
      description: 'Status of the return; `expected` contains the `overdue` ones, whose deadline `returnBy` has passed',
      example: 'expected,received',
    }).optional(),
    warehouse: Warehouse.optional().meta({
      description: 'Returns with units that go back to this warehouse',
      example: 'main',
    }),
    orderId: z.string().max(64).optional().meta({
      description: 'Returns of this order only',
      example: 'ord_0k3jd8s2m4n6p8q0r2t4v6x8z0',
    }),
    ...timeRangeParameters('the return was requested'),
    ...pageParameters,
  }),
  responses: {
    200: {
      description: 'A page; `cursor` requests the next one',
      schema: z.object({
        returns: z
          .array(ReturnSummary)
          .max(maxEntries)
          .meta({ description: 'Returns without their receipts, the newest first' }),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another query', schema: Problem },
  },
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
      receiptId: CallerId.meta({
        description: 'Id of the receipt, chosen by the caller; a repeated receipt has the same one',
        example: 'receipt-771',
      }),
      units: z.array(ReceivedUnits).min(1).max(100).describe('Units that were in the parcel, or are missing'),
      /** The receiving warehouse. @default the warehouse of the label */
      warehouse: Warehouse.optional().describe(
        'Warehouse that received the goods. Default: the warehouse of the label',
      ),
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
