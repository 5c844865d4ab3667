import * as z from 'zod';
import type { Columns } from '../../csv/columns.ts';

/** `Number` also accepts `0x10` and `1e3`, which a spreadsheet does not write. The schema of the movement checks the value. */
const number = z
  .string()
  .trim()
  .transform((text) => (/^[+-]?\d+$/.test(text) ? Number(text) : text))
  .optional();
const text = z.string().trim().optional();

/** Columns of the files of movements. A row has the fields of a movement in `POST /stock/movements`. */
export const movementColumns = {
  movementId: {
    read: text,
    required: true,
    description: 'Id chosen by the sender, applied once.',
    example: 'receipt-2026-11-30-17',
  },
  sku: { read: text, required: true, description: 'Code of a SKU of the catalogue.', example: 'TEA-EARL-GREY-100' },
  warehouse: { read: text, required: true, description: 'Name of the warehouse.', example: 'main' },
  type: { read: text, required: true, description: 'Type of the movement.', example: 'receipt' },
  quantity: { read: number, required: true, description: 'Whole units, signed for an adjustment.', example: '12' },
  reason: { read: text, description: 'Text, up to 200 characters.', example: 'delivery note 4711' },
  lot: { read: text, description: 'Name of the lot, up to 64 characters.', example: 'L2026-48' },
  expiresOn: { read: text, description: 'Last day on which the lot is sold, `YYYY-MM-DD`.', example: '2027-03-31' },
  occurredAt: {
    read: text,
    description: 'Time of the movement, RFC 3339 with offset; the time of the upload by default.',
    example: '2026-11-30T09:15:00Z',
  },
  expectedOnHand: {
    read: number,
    description: 'Rejects a count if on hand is another figure, in units.',
    example: '40',
  },
  openOrders: {
    read: text,
    description: 'Whether the quantity of a count includes reserved units: `included` (default) or `deducted`.',
    example: 'included',
  },
  from: {
    read: text,
    description: 'Status of the units before the movement; `available` by default.',
    example: 'damaged',
  },
  to: {
    read: text,
    description: 'Status of the units after the movement; `available` by default.',
    example: 'inspection',
  },
  transferId: { read: text, description: 'Id of the transfer between two warehouses.', example: 'transfer-88' },
  unitCostMinor: {
    read: number,
    description: 'Purchase cost of a unit of a receipt, in minor units of the SKU’s currency.',
    example: '850',
  },
} satisfies Columns;

/** Columns of the result of a file of movements: one row per row of the file. */
export const movementResultColumns = {
  row: { description: 'Number of the row as a spreadsheet shows it: the header is row 1.', example: '7' },
  movementId: { description: 'Id of the movement of the row, where it can be read.', example: 'receipt-2026-11-30-17' },
  status: { description: '`accepted` by this or an earlier upload, or `rejected`.', example: 'rejected' },
  reason: { description: 'Why the row was rejected; a malformed row has `invalid` first.', example: 'unknown-sku' },
} satisfies Columns;
