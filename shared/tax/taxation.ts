import type { TaxZone } from './tax-zones.ts';
import { vatNumberCountry } from './vat-number.ts';

/** Why an order is not taxed although its zone has rates. */
type TaxRelief = {
  kind: 'export' | 'reverse-charge' | 'exemption';
  name: string;
  /** For the invoice and the audit: the VAT number, or the reason of the exemption. */
  reason?: string | undefined;
};

/** What decides on the tax of an order. */
export type Taxation = {
  zone: TaxZone;
  /** The rates of this time apply, in milliseconds. */
  at: number;
  /** Whether the amounts of the order contain the tax. */
  taxIncluded: boolean;
  /** Whether prices contain tax that the customer does not owe: it is removed from them. */
  isTaxRemoved?: boolean | undefined;
  relief?: TaxRelief | undefined;
};

/** What a customer states about tax. */
export type TaxStatus = { vatNumber?: string | undefined; taxExemption?: { reason: string } | undefined };

/**
 * The taxation of a customer in a zone. An exempt customer and a business that accounts for the tax itself pay the prices
 * without tax; an export has the prices as they are. `homeCountries`: a number of the store's own country is no reason for
 * a reverse charge.
 */
export function taxationOf(
  zone: TaxZone,
  { vatNumber, taxExemption }: TaxStatus,
  { at, taxIncluded, homeCountries }: { at: number; taxIncluded: boolean; homeCountries: readonly string[] },
): Taxation {
  const country = zone.reverseCharge && vatNumber !== undefined ? vatNumberCountry(vatNumber) : undefined;
  const withoutTax = (relief: TaxRelief): Taxation => ({
    zone,
    at,
    taxIncluded: false,
    isTaxRemoved: taxIncluded && zone.treatment !== 'export',
    relief,
  });
  if (taxExemption) return withoutTax({ kind: 'exemption', name: 'Tax exemption', reason: taxExemption.reason });
  if (country !== undefined && !homeCountries.includes(country)) {
    return withoutTax({ kind: 'reverse-charge', name: 'Reverse charge', reason: vatNumber });
  }
  if (zone.treatment === 'export')
    return { zone, at, taxIncluded, relief: { kind: 'export', name: 'Zero-rated export' } };
  return { zone, at, taxIncluded };
}
