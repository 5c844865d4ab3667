import * as z from 'zod';
import { StoredText } from './contracts/bounds.ts';
import { personal } from './contracts/personal-data.ts';
import { Country } from './names.ts';
import { isPostalCodeOf, postalCodeProblem } from './postal-code.ts';

const Text = (max: number, description: string, example: string) =>
  z.string().trim().min(1).max(max).meta({ description, example });

/** ITU-T E.164 has at most 15 digits; an extension may follow. */
const Phone = z
  .string()
  .trim()
  .max(40)
  .regex(
    /^\+?(?:[ ()./-]*\d){4,15}(?: ?(?:x|ext\.?) ?\d{1,6})?$/i,
    'A phone number has 4 to 15 digits, such as +44 20 7946 0018',
  )
  .meta({ description: 'Phone number for the carrier, best with the country code', example: '+44 20 7946 0018' });

const country = Country.meta({ description: 'ISO 3166-1 alpha-2 code; `ZZ` if unknown', example: 'GB' });

/** The fields of every address. */
export const addressFields = {
  name: Text(200, 'Recipient', 'Ada Lovelace').optional(),
  company: Text(200, 'Company of the recipient', 'Analytical Engines Ltd').optional(),
  line1: Text(200, 'Street and number', '10 Downing Street').optional(),
  line2: Text(200, 'Building, floor, apartment', 'Flat 2').optional(),
  district: Text(100, 'District, suburb or neighbourhood, where the country uses it', 'Westminster').optional(),
  city: Text(100, 'City or town', 'London').optional(),
  state: Text(100, 'State, province or county, as a name or code', 'Greater London').optional(),
  postalCode: Text(20, 'Postal code in the form of the country', 'SW1A 1AA').optional(),
  country,
  phone: Phone.optional(),
};

/** An address as a client sends it. The postal code is checked for countries whose form is known. */
export const Address = z.strictObject(addressFields).check(({ value, issues }) => {
  const { country: code, postalCode } = value;
  if (postalCode === undefined || isPostalCodeOf(code, postalCode)) return;
  issues.push({ code: 'custom', path: ['postalCode'], input: postalCode, message: postalCodeProblem(code) });
});

const stored = (field: z.ZodOptional<z.ZodString>) => personal(StoredText.meta(field.unwrap().meta() ?? {}).optional());

/** An address in stored orders and events, and in imported history: they may be older than the checks. */
export const StoredAddress = z.object({
  name: stored(addressFields.name),
  company: stored(addressFields.company),
  line1: stored(addressFields.line1),
  line2: stored(addressFields.line2),
  district: stored(addressFields.district),
  city: stored(addressFields.city),
  state: stored(addressFields.state),
  postalCode: stored(addressFields.postalCode),
  country: StoredText.meta(country.meta() ?? {}),
  phone: stored(addressFields.phone),
});
export type StoredAddress = z.infer<typeof StoredAddress>;
