import * as z from 'zod';
import { type Column, type Columns, wholeNumber } from '../../csv/columns.ts';
import type { DataOf } from '../define-event.ts';
import { Email } from '../../email.ts';
import { CallerId, Currency, EventInstant, Sku, Warehouse } from '../../names.ts';
import type { Payment } from '../../payments/payment.ts';
import type { OrderLine, OrderPlaced } from './events.ts';
import { billingAddressColumns, shippingAddressColumns, textCell } from './columns/addresses.ts';
import { amountCell, orderAmountColumns } from './columns/amounts.ts';
import { OrderStatus } from './status.ts';

/** A row of an export: a line of an order. */
type ExportedLine = {
  order: Omit<DataOf<typeof OrderPlaced>, 'status' | 'lines'> & {
    status: OrderStatus;
    lines: OrderLine[];
    cancelledMinor?: number | undefined;
    payments?: Payment[] | undefined;
  };
  line: OrderLine & { cancelledQuantity?: number | undefined; shippedQuantity?: number | undefined };
};
/** All rows of an order agree on its columns `of: 'order'`. */
type OrderColumn = Column<ExportedLine> & { of: 'order' | 'line' };

const unitsCancelled = 'An order with cancelled units is not imported';
const notSold = 'An order that was cancelled or expired is not imported';

/** Columns of the files of orders, imported and exported, in the order of an export. */
export const orderColumns = {
  orderId: {
    of: 'order',
    write: ({ order }) => order.orderId,
    description: 'Id of the order in this store. Ignored by imports.',
    example: 'ord_1f0c9a7e5b3d',
  },
  externalOrderId: {
    of: 'order',
    read: CallerId,
    required: true,
    write: ({ order }) => order.externalOrderId,
    description: 'Id of the order in the channel.',
    example: 'web-100042',
  },
  channel: {
    of: 'order',
    read: z.string(),
    required: true,
    write: ({ order }) => order.channel,
    description: 'Channel of the store that sold the order.',
    example: 'storefront',
  },
  status: {
    of: 'order',
    read: OrderStatus.exclude(['cancelled', 'expired'], { error: notSold }).optional(),
    write: ({ order }) => order.status,
    description: 'Status of the order. Imported orders become `completed`; cancelled and expired ones are refused.',
    example: 'completed',
  },
  currency: {
    of: 'order',
    read: Currency,
    required: true,
    write: ({ order }) => order.currency,
    description: 'ISO 4217 code of all amounts of the order.',
    example: 'GBP',
  },
  placedAt: {
    of: 'order',
    read: EventInstant,
    required: true,
    write: ({ order }) => order.placedAt,
    description: 'Time at which the order was placed, RFC 3339 with offset, from 2000 on and not in the future.',
    example: '2026-11-30T09:15:00Z',
  },
  customerId: {
    of: 'order',
    read: CallerId.optional(),
    write: ({ order }) => order.customer.id,
    description: 'Id of the customer in the channel.',
    example: 'customer-77',
  },
  customerEmail: {
    of: 'order',
    read: Email.optional(),
    write: ({ order }) => order.customer.email,
    description: 'E-mail address of the customer.',
    example: 'ada@example.com',
  },
  customerName: {
    of: 'order',
    read: textCell(200),
    write: ({ order }) => order.customer.name,
    description: 'Name of the customer.',
    example: 'Ada Lovelace',
  },
  customerPhone: {
    of: 'order',
    read: textCell(40),
    write: ({ order }) => order.customer.phone,
    description: 'Phone number of the customer.',
    example: '+44 20 7946 0018',
  },
  ...shippingAddressColumns,
  ...billingAddressColumns,
  shippingMethod: {
    of: 'order',
    read: textCell(40),
    write: ({ order }) => order.shippingMethod,
    description: 'Shipping method; `imported` by default.',
    example: 'standard',
  },
  note: {
    of: 'order',
    read: textCell(2000),
    write: ({ order }) => order.note,
    description: 'Note for the store or the warehouse.',
    example: 'Ring twice',
  },
  ...orderAmountColumns,
  lineId: {
    of: 'line',
    write: ({ line }) => line.lineId,
    description: 'Id of the line in the order. Ignored by imports.',
    example: 'line-1',
  },
  sku: {
    of: 'line',
    read: Sku,
    required: true,
    write: ({ line }) => line.sku,
    description: 'Code of the stock keeping unit.',
    example: 'TEA-EARL-GREY-100',
  },
  quantity: {
    of: 'line',
    read: wholeNumber.pipe(z.int().min(1).max(1_000_000)),
    required: true,
    write: ({ line }) => line.quantity,
    description: 'Units, 1 to 1,000,000.',
    example: '2',
  },
  cancelledQuantity: {
    of: 'line',
    read: wholeNumber.pipe(z.literal(0, { error: unitsCancelled })).optional(),
    write: ({ line }) => line.cancelledQuantity ?? 0,
    description: 'Cancelled units of the line. An import refuses rows with cancelled units.',
    example: '0',
  },
  shippedQuantity: {
    of: 'line',
    write: ({ line }) => line.shippedQuantity ?? 0,
    description: 'Shipped units of the line. Ignored by imports.',
    example: '2',
  },
  unitPriceMinor: {
    of: 'line',
    read: amountCell,
    required: true,
    write: ({ line }) => line.unitPriceMinor,
    description: 'Price of a unit in minor units, such as pence.',
    example: '1999',
  },
  discountMinor: {
    of: 'line',
    read: amountCell.default(0),
    write: ({ line }) => line.discountMinor,
    description: 'Discount of the whole line in minor units; 0 by default.',
    example: '0',
  },
  taxMinor: {
    of: 'line',
    read: amountCell.default(0),
    write: ({ line }) => line.taxMinor,
    description: 'Tax of the whole line in minor units; 0 by default.',
    example: '666',
  },
  totalMinor: {
    of: 'line',
    read: amountCell.optional(),
    write: ({ line }) => line.totalMinor,
    description: 'Total of the line in minor units. Imports compare it with the other amounts of the row.',
    example: '3998',
  },
  warehouse: {
    of: 'line',
    read: Warehouse.optional(),
    write: ({ line }) => line.warehouse,
    description: 'Warehouse that shipped the line; the first of the store by default.',
    example: 'main',
  },
} satisfies Record<string, OrderColumn>;

/** Columns of the result of an import: one row per bad row of the file. */
export const orderResultColumns = {
  row: { description: 'Number of the row as a spreadsheet shows it: the header is row 1.', example: '7' },
  externalOrderId: { description: 'Id of the order of the row, where it can be read.', example: 'web-100042' },
  reason: { description: 'Why the row was not imported.', example: 'channel: shop is no channel of the store' },
} satisfies Columns;
