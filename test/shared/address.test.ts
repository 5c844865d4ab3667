import { expect, test } from 'vitest';
import { Address, StoredAddress } from '../../shared/address.ts';
import { isPostalCodeOf } from '../../shared/postal-code.ts';

test.each([
  ['GB', 'SW1A 1AA'],
  ['GB', 'sw1a1aa'],
  ['DE', '10115'],
  ['DE', 'DE-10115'],
  ['JP', '1000001'],
  ['US', '90210-1234'],
  ['US', '902101234'],
  ['NL', '1012js'],
  ['PL', '00950'],
  ['CA', 'k1a 0b1'],
  ['AZ', 'AZ 1000'],
  ['IO', 'bbnd1zz'],
  ['ZZ', 'anything'],
  ['AE', 'anything'],
])('accepts, for the country %s, the postal code %s', (country, postalCode) => {
  expect(isPostalCodeOf(country, postalCode)).toBe(true);
});

test.each([
  ['GB', 'ABC', 'SW1A 1AA'],
  ['GB', '10115', 'SW1A 1AA'],
  ['DE', 'SW1A 1AA', '10115'],
  ['US', '9021', '90210'],
  ['JP', '10-00001-0', '100-0001'],
  ['NL', '1012', '1012 JS'],
  ['IS', '1', 'IS'],
])('refuses, for the country %s, the postal code %s with the example %s', (country, postalCode, example) => {
  const { error } = Address.safeParse({ country, postalCode });
  expect(error?.issues).toMatchObject([{ path: ['postalCode'], message: expect.stringContaining(example) }]);
});

test.each([
  ['line2', ''],
  ['company', 'x'.repeat(201)],
  ['district', 7],
  ['phone', 'call me'],
  ['phone', '123'],
  ['phone', '+44 20 7946 0018 0018 0018'],
  ['country', 'England'],
  ['planet', 'Earth'],
])('refuses an address whose %s is %j', (field, value) => {
  const parsed = Address.safeParse({ country: 'GB', [field]: value });
  expect(parsed.success).toBe(false);
});

test.each(['+44 20 7946 0018', '(030) 1234-56', '+1 212.555.0100 ext. 12', '0049/30/123456', '1234'])(
  'accepts the phone number %s',
  (phone) => {
    expect(Address.parse({ country: 'GB', phone })).toEqual({ country: 'GB', phone });
  },
);

test('reads a stored address whose postal code is older than the check', () => {
  expect(StoredAddress.parse({ country: 'GB', postalCode: 'ABC' })).toEqual({ country: 'GB', postalCode: 'ABC' });
});
