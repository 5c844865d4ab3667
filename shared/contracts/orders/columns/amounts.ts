import * as z from 'zod';
import { wholeNumber } from '../../../csv/columns.ts';
import type { Payment } from '../../../payments/payment.ts';
import { AmountMinor } from '../../../names.ts';
import type { OrderCharge, OrderLine } from '../events.ts';

export const amountCell = wholeNumber.pipe(AmountMinor);

type Priced = {
  order: {
    currency: string;
    lines: readonly OrderLine[];
    subtotalMinor: number;
    discountMinor: number;
    shippingMinor: number;
    taxMinor: number;
    taxIncluded: boolean;
    totalMinor: number;
    cancelledMinor?: number | undefined;
    charges?: OrderCharge[] | undefined;
    payments?: Payment[] | undefined;
  };
};
const of = 'order' as const;

const sumOf = (type: Payment['type'], { order: { payments = [], currency } }: Priced): number =>
  payments.reduce(
    (sum, payment) => sum + (payment.type === type && payment.currency === currency ? payment.amountMinor : 0),
    0,
  );

/** Columns of the amounts of an order, in minor units of its currency. */
export const orderAmountColumns = {
  shippingMinor: {
    of,
    read: amountCell.default(0),
    write: ({ order }: Priced) => order.shippingMinor,
    description: 'Shipping of the order in minor units; 0 by default.',
    example: '495',
  },
  shippingTaxMinor: {
    of,
    read: amountCell.default(0),
    write: ({ order }: Priced) => order.taxMinor - order.lines.reduce((sum, { taxMinor }) => sum + taxMinor, 0),
    description: 'Tax of shipping in minor units; 0 by default.',
    example: '83',
  },
  chargesMinor: {
    of,
    read: amountCell.default(0),
    write: ({ order }: Priced) => (order.charges ?? []).reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    description: 'Duties and fees of the order in minor units; 0 by default. An import has them as one fee.',
    example: '0',
  },
  taxIncluded: {
    of,
    read: z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .optional(),
    write: ({ order }: Priced) => String(order.taxIncluded),
    description: 'Whether prices include tax, `true` or `false`; as in the store by default.',
    example: 'true',
  },
  orderSubtotalMinor: {
    of,
    read: amountCell.optional(),
    write: ({ order }: Priced) => order.subtotalMinor,
    description: 'Sum of quantity × unit price of the lines in minor units. Imports compare it with the rows.',
    example: '3998',
  },
  orderDiscountMinor: {
    of,
    read: amountCell.optional(),
    write: ({ order }: Priced) => order.discountMinor,
    description: 'Sum of the discounts in minor units. Imports compare it with the rows.',
    example: '0',
  },
  orderTaxMinor: {
    of,
    read: amountCell.optional(),
    write: ({ order }: Priced) => order.taxMinor,
    description: 'Tax of lines and shipping in minor units. Imports compare it with the rows.',
    example: '749',
  },
  orderTotalMinor: {
    of,
    read: amountCell.optional(),
    write: ({ order }: Priced) => order.totalMinor,
    description: 'Total of the order in minor units. Imports compare it with the rows.',
    example: '4493',
  },
  cancelledMinor: {
    of,
    write: ({ order }: Priced) => order.cancelledMinor ?? 0,
    description: 'Total of the cancelled units in minor units. Ignored by imports.',
    example: '0',
  },
  paidMinor: {
    of,
    write: (priced: Priced) => sumOf('payment.captured', priced),
    description: 'Captured payments in minor units. Ignored by imports.',
    example: '4493',
  },
  refundedMinor: {
    of,
    write: (priced: Priced) => sumOf('refund.succeeded', priced),
    description: 'Refunds that were paid, in minor units. Ignored by imports.',
    example: '0',
  },
};
