import * as z from 'zod';
import { boundedRecord } from '../contracts/bounds.ts';
import { AmountMinor, Country } from '../names.ts';

const maxMethods = 100;
const maxCurrencies = 200;

/** A way to send an order, with its price by currency. */
const methodFields = {
  method: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'A method has 1 to 64 letters, digits, dots, dashes or underscores')
    .meta({ description: 'Id of the method, as orders name it', example: 'express' }),
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .meta({ description: 'Name of the method, as customers see it', example: 'Express' }),
  prices: boundedRecord(z.string().max(20), AmountMinor, maxCurrencies).meta({
    description: 'Price by currency (ISO 4217), in its minor units. In other currencies the method is not offered',
    example: { GBP: 495, EUR: 595, JPY: 900 },
  }),
  countries: z
    .array(Country)
    .min(1)
    .max(300)
    .optional()
    .meta({ description: 'Countries to which the method delivers. Default: all', example: ['GB', 'IE'] }),
  taxCategory: z.string().trim().min(1).max(100).optional().meta({
    description: 'Tax category of its price; a zone without a rate of it taxes as `standard`. Default: `shipping`',
    example: 'shipping',
  }),
  taxed: z.literal('proportional').optional().meta({
    description: '`proportional`: the price is taxed by the rates of the goods in their proportion, not by a category',
    example: 'proportional',
  }),
};
const ShippingMethod = z.strictObject(methodFields);
/** A method in the snapshot for placing. During a deployment, a function may read fields that it does not know yet. */
export const StoredShippingMethod = z.object(methodFields);
export type ShippingMethod = z.infer<typeof ShippingMethod>;

/** The methods without the rules between them: `ShippingMethods` of the contract has those. */
export const ShippingMethodList = z.strictObject({
  methods: z.array(ShippingMethod).min(1).max(maxMethods).describe('Shipping methods; the first is the default'),
});
export type ShippingMethodList = z.infer<typeof ShippingMethodList>;
