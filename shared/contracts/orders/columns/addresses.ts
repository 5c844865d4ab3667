import * as z from 'zod';
import type { StoredAddress } from '../../../address.ts';
import { Country } from '../../../names.ts';

/** Texts of historical orders are bounded only: they may be older than the checks of new orders. */
export const textCell = (max: number) => z.string().max(max).optional();

type Addressed = { order: { shippingAddress: StoredAddress; billingAddress?: StoredAddress | undefined } };
type Part = Exclude<keyof StoredAddress, 'country'>;

const shippingCell = (part: Part, max: number, description: string, example: string) => ({
  of: 'order' as const,
  read: textCell(max),
  write: ({ order }: Addressed) => order.shippingAddress[part],
  description: `${description} of the shipping address.`,
  example,
});
const billingCell = (part: Part, max: number, description: string, example: string) => ({
  of: 'order' as const,
  read: textCell(max),
  write: ({ order }: Addressed) => order.billingAddress?.[part],
  description: `${description} of the billing address.`,
  example,
});

/** Columns of the address that the order ships to. */
export const shippingAddressColumns = {
  recipientName: shippingCell('name', 200, 'Recipient', 'Ada Lovelace'),
  company: shippingCell('company', 200, 'Company', 'Analytical Engines Ltd'),
  line1: shippingCell('line1', 200, 'Street and number', '10 Downing Street'),
  line2: shippingCell('line2', 200, 'Building, floor or apartment', 'Flat 2'),
  district: shippingCell('district', 100, 'District', 'Westminster'),
  city: shippingCell('city', 100, 'City', 'London'),
  state: shippingCell('state', 100, 'State, province or county', 'Greater London'),
  postalCode: shippingCell('postalCode', 20, 'Postal code', 'SW1A 1AA'),
  country: {
    of: 'order' as const,
    read: Country.default('ZZ'),
    write: ({ order }: Addressed) => order.shippingAddress.country,
    description: 'ISO 3166-1 alpha-2 code of the shipping address; `ZZ`, the default of imports, is unknown.',
    example: 'GB',
  },
  phone: shippingCell('phone', 40, 'Phone number', '+44 20 7946 0018'),
};

/** Columns of the address of the invoice. An import has one if its country is given. */
export const billingAddressColumns = {
  billingName: billingCell('name', 200, 'Name', 'Ada Lovelace'),
  billingCompany: billingCell('company', 200, 'Company', 'Analytical Engines Ltd'),
  billingLine1: billingCell('line1', 200, 'Street and number', '10 Downing Street'),
  billingLine2: billingCell('line2', 200, 'Building, floor or apartment', 'Flat 2'),
  billingDistrict: billingCell('district', 100, 'District', 'Westminster'),
  billingCity: billingCell('city', 100, 'City', 'London'),
  billingState: billingCell('state', 100, 'State, province or county', 'Greater London'),
  billingPostalCode: billingCell('postalCode', 20, 'Postal code', 'SW1A 1AA'),
  billingCountry: {
    of: 'order' as const,
    read: Country.optional(),
    write: ({ order }: Addressed) => order.billingAddress?.country,
    description: 'ISO 3166-1 alpha-2 code of the billing address; without it, an import has no billing address.',
    example: 'GB',
  },
  billingPhone: billingCell('phone', 40, 'Phone number', '+44 20 7946 0018'),
};
