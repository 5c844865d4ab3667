import * as z from 'zod';
import { AmountMinor } from '../../../names.ts';

const amount = (description: string, example: number) => AmountMinor.optional().meta({ description, example });

/** Amounts of a requested line, in the meaning of the response. */
export const sentLineAmounts = {
  discountMinor: amount(
    'Discount of the whole line, in minor units. A channel that prices itself sets it; for others it is only compared. Default: its share of the discount of the order that no line states',
    200,
  ),
  taxMinor: amount(
    'Tax of the whole line, in minor units. A channel that prices itself sets it; for others it is only compared. Default: calculated at the rate of the SKU, or its share of the tax of the order',
    367,
  ),
  totalMinor: amount(
    'Total of the whole line, in minor units. It must be quantity × unit price − discount, + tax if prices exclude it',
    2200,
  ),
};

/** Amounts of a requested order, in the meaning of the response. */
export const sentOrderAmounts = {
  subtotalMinor: amount('Sum of quantity × unit price of the lines, in minor units; it must equal that sum', 2400),
  discountMinor: amount(
    'Discount of the order, in minor units, including the discounts of its lines. What no line states is allocated to the lines without a discount of their own',
    200,
  ),
  shippingMinor: amount(
    'Price of shipping, in minor units. A channel that prices itself sets it; for others it is only compared. Default: the price of the shipping method',
    495,
  ),
  taxMinor: amount(
    'Tax of lines and shipping, in minor units. What no line states is allocated to the other lines and shipping',
    449,
  ),
  taxIncluded: z.boolean().optional().meta({
    description:
      'Whether the prices of this order include tax. A channel that prices itself sets it. Default: as the store',
    example: true,
  }),
  totalMinor: amount(
    'Total of the order, in minor units. It must be subtotal − discount + shipping + charges, + tax if prices exclude it',
    2695,
  ),
};
