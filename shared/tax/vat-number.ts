/**
 * VAT numbers without their country prefix. Source: European Commission, "VIES FAQ", question "What is the format of a VAT
 * number?"; HMRC, "VAT identification number structure", for GB and XI; Federal Tax Administration for CHE.
 */
const forms = new Map<string, RegExp>([
  ['AT', /^U\d{8}$/],
  ['BE', /^[01]\d{9}$/],
  ['BG', /^\d{9,10}$/],
  ['CHE', /^\d{9}(?:MWST|TVA|IVA)?$/],
  ['CY', /^\d{8}[A-Z]$/],
  ['CZ', /^\d{8,10}$/],
  ['DE', /^\d{9}$/],
  ['DK', /^\d{8}$/],
  ['EE', /^\d{9}$/],
  ['EL', /^\d{9}$/],
  ['ES', /^(?:[A-Z]\d{7}[A-Z0-9]|\d{8}[A-Z])$/],
  ['FI', /^\d{8}$/],
  ['FR', /^[A-HJ-NP-Z0-9]{2}\d{9}$/],
  ['GB', /^(?:\d{9}|\d{12}|GD[0-4]\d{2}|HA[5-9]\d{2})$/],
  ['HR', /^\d{11}$/],
  ['HU', /^\d{8}$/],
  ['IE', /^(?:\d[A-Z0-9+*]\d{5}[A-Z]|\d{7}[A-Z]{2})$/],
  ['IT', /^\d{11}$/],
  ['LT', /^(?:\d{9}|\d{12})$/],
  ['LU', /^\d{8}$/],
  ['LV', /^\d{11}$/],
  ['MT', /^\d{8}$/],
  ['NL', /^[A-Z0-9+*]{10}\d{2}$/],
  ['PL', /^\d{10}$/],
  ['PT', /^\d{9}$/],
  ['RO', /^\d{2,10}$/],
  ['SE', /^\d{10}01$/],
  ['SI', /^\d{8}$/],
  ['SK', /^\d{10}$/],
  ['TW', /^\d{8}$/],
  ['XI', /^(?:\d{9}|\d{12}|GD[0-4]\d{2}|HA[5-9]\d{2})$/],
]);

/** Prefixes that are not the ISO 3166-1 code of their country. */
const countryOfPrefix = new Map([
  ['EL', 'GR'],
  ['CHE', 'CH'],
]);

/**
 * Members of the VAT area of the European Union; `XI` for goods of Northern Ireland. Source: Directive 2006/112/EC,
 * articles 5 and 138; Protocol on Ireland/Northern Ireland, article 8.
 */
const unionMembers = new Set(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI'.split(' '),
);

/** Whether a business that is registered in one country accounts for the tax of goods that go to the other. */
export const areInOneUnion = (country: string, other: string): boolean =>
  country === other || (unionMembers.has(country) && unionMembers.has(other));

/**
 * The country of a VAT number with its prefix, if its form is valid there; `XI` for Northern Ireland. Blanks, dots and
 * hyphens do not count. Undefined for other numbers. Whether the number is registered is not checked.
 */
export function vatNumberCountry(vatNumber: string): string | undefined {
  const written = vatNumber.toUpperCase().replaceAll(/[\s.-]/g, '');
  const prefix = written.startsWith('CHE') ? 'CHE' : written.slice(0, 2);
  return forms.get(prefix)?.test(written.slice(prefix.length)) ? (countryOfPrefix.get(prefix) ?? prefix) : undefined;
}
