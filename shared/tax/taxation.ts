import { anyCountry, type TaxZone } from './tax-zones.ts';
import { areInOneUnion, vatNumberCountry } from './vat-number.ts';

const reliefNames = {
  export: 'Zero-rated export',
  'reverse-charge': 'Reverse charge',
  exemption: 'Tax exemption',
} as const;

/** Why an order is not taxed although its zone has rates. */
type TaxRelief = {
  kind: keyof typeof reliefNames;
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

/** `taxIncluded`: whether the prices of the channel contain tax. */
type Prices = { at: number; taxIncluded: boolean };

/**
 * The taxation of a customer in a zone. `homeCountries`: a number of the store's own country is no reason for a reverse
 * charge.
 */
export const taxationOf = (
  zone: TaxZone,
  status: TaxStatus,
  { homeCountries, ...prices }: Prices & { homeCountries: readonly string[] },
): Taxation => taxationBy(zone, treatmentOf(zone, status, homeCountries), status, prices);

/** The treatment that an order keeps: the kind of its relief, or else that of its zone. */
function treatmentOf(
  zone: TaxZone,
  { vatNumber, taxExemption }: TaxStatus,
  homeCountries: readonly string[],
): string | undefined {
  if (taxExemption) return 'exemption';
  const country = zone.reverseCharge && vatNumber !== undefined ? vatNumberCountry(vatNumber) : undefined;
  const isOwed = country !== undefined && (zone.country === anyCountry || areInOneUnion(country, zone.country));
  return isOwed && !homeCountries.includes(country) ? 'reverse-charge' : zone.treatment;
}

/**
 * The taxation in a zone by a treatment that is known, as that of a placed order. An exempt customer and a business that
 * accounts for the tax itself pay the prices without tax; an export has the prices as they are.
 */
export function taxationBy(
  zone: TaxZone,
  treatment: string | undefined,
  { vatNumber, taxExemption }: TaxStatus,
  { at, taxIncluded }: Prices,
): Taxation {
  switch (treatment) {
    case 'export':
      return { zone, at, taxIncluded, relief: reliefOf(treatment) };
    case 'reverse-charge':
    case 'exemption': {
      const reason = treatment === 'exemption' ? taxExemption?.reason : vatNumber;
      const isTaxRemoved = taxIncluded && zone.treatment !== 'export';
      return { zone, at, taxIncluded: false, isTaxRemoved, relief: { ...reliefOf(treatment), reason } };
    }
    default:
      return { zone, at, taxIncluded };
  }
}

const reliefOf = (kind: TaxRelief['kind']): TaxRelief => ({ kind, name: reliefNames[kind] });
