import { postcodeValidator, postcodeValidatorExistsForCountry } from 'postcode-validator';

/**
 * Whether the text is a postal code of the country; true if the form is unknown. Case, spaces, hyphens and a leading
 * country code are ignored: `sw1a1aa`, `1000001` in Japan, `DE-10115`.
 */
export function isPostalCodeOf(code: string, postalCode: string): boolean {
  if (!postcodeValidatorExistsForCountry(code)) return true;
  const sent = postalCode.toUpperCase();
  const compact = sent.replaceAll(/[\s-]/g, '');
  const withoutCountry = compact.startsWith(code) ? compact.slice(code.length) : compact;
  return [sent, ...new Set([compact, withoutCountry])].some((text) =>
    separated(text).some((form) => postcodeValidator(form, code)),
  );
}

/** The text as it is, and with a space or hyphen at each position. */
const separated = (text: string): string[] => [
  text,
  ...Array.from(text, (_, at) => [' ', '-'].map((mark) => `${text.slice(0, at)}${mark}${text.slice(at)}`)).flat(),
];

/** Postal codes of well-known places, by country. */
const examples = new Map(
  Object.entries({
    AT: '1010',
    AU: '2000',
    BE: '1000',
    BR: '01310-100',
    CA: 'K1A 0B1',
    CH: '8001',
    CN: '100000',
    CZ: '110 00',
    DE: '10115',
    DK: '1050',
    ES: '28001',
    FI: '00100',
    FR: '75001',
    GB: 'SW1A 1AA',
    GR: '105 57',
    HU: '1051',
    IE: 'D02 AF30',
    IN: '110001',
    IT: '00118',
    JP: '100-0001',
    KR: '03051',
    LU: '1009',
    MX: '06000',
    NL: '1012 JS',
    NO: '0150',
    NZ: '6011',
    PL: '00-950',
    PT: '1000-001',
    RO: '010011',
    SE: '111 20',
    SG: '018956',
    SK: '811 01',
    TR: '06100',
    US: '90210',
    ZA: '8001',
  }),
);

/** Why the text is no postal code of the country, with an example if one is known. */
export function postalCodeProblem(code: string): string {
  const example = examples.get(code);
  return example === undefined ? `Not a postal code of ${code}` : `Not a postal code of ${code}, such as ${example}`;
}
