import * as fc from 'fast-check';

/** Values that broke systems before: names of the prototype, half a surrogate pair, numbers beyond every limit. */
const oddValues: unknown[] = [
  null,
  true,
  [],
  {},
  '',
  ' ',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  '\ud800',
  'x\udc00y',
  '\u0000',
  'é́'.repeat(30),
  '🚚'.repeat(20),
  'x'.repeat(5000),
  '1970-01-01T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:60Z',
  '2026-02-30',
  'PARCEL/1',
  '../../etc/passwd',
  '%00',
  '=1+1',
  '-0',
  '1e3',
  0,
  -0,
  -1,
  0.1,
  1e308,
  -1e308,
  2 ** 53,
  2 ** 63,
  1e21,
  [[[[]]]],
  ['constructor'],
  { constructor: 1 },
  { length: -1 },
  { toJSON: 1 },
];
export const oddValue = fc.constantFrom(...oddValues);
const oddName = fc.constantFrom(
  'constructor',
  '__proto__',
  'toString',
  '',
  '\ud800',
  'x'.repeat(300),
  'status',
  '$ref',
);

/** Replaces, removes or adds one member somewhere in the value. `picks` chooses the way into it. */
function mutated(value: unknown, picks: readonly number[], odd: unknown, name: string): unknown {
  const [pick = 0, ...rest] = picks;
  if (typeof value !== 'object' || value === null || rest.length === 0) return odd;
  const keys = Object.keys(value);
  if (keys.length === 0 || pick % 7 === 6) return Array.isArray(value) ? [...value, odd] : withMember(value, name, odd);
  const key = keys[pick % keys.length] ?? '';
  const entries = Object.entries(value);
  if (pick % 5 === 4)
    return Array.isArray(value) ? value.slice(1) : Object.fromEntries(entries.filter(([each]) => each !== key));
  const changed = entries.map(([each, inner]): [string, unknown] => [
    each,
    each === key ? mutated(inner, rest, odd, name) : inner,
  ]);
  return Array.isArray(value) ? changed.map(([, inner]) => inner) : Object.fromEntries(changed);
}

/** `__proto__` too is an own member, as after `JSON.parse`. */
const withMember = (value: object, name: string, odd: unknown): object =>
  Object.defineProperty({ ...value }, name, { value: odd, enumerable: true });

export const mutationOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(value, fc.array(fc.nat(1000), { minLength: 1, maxLength: 5 }), oddValue, oddName)
    .map(([given, picks, odd, name]) => mutated(given, picks, odd, name));

/** Flips bits, truncates, repeats or inserts bytes. */
export const damagedBytes = (text: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc.tuple(text, fc.nat(5), fc.nat(), fc.nat(255)).map(([given, kind, at, byte]) => {
    const bytes = Buffer.from(given);
    const index = bytes.length === 0 ? 0 : at % bytes.length;
    if (kind === 0) return bytes.subarray(0, index);
    if (kind === 1) return Buffer.concat([bytes, bytes.subarray(index)]);
    if (kind === 2) return Buffer.concat([bytes.subarray(0, index), Buffer.from([byte]), bytes.subarray(index)]);
    if (kind === 3) return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    if (bytes.length > 0) bytes[index] = (bytes[index] ?? 0) ^ (1 << (byte % 8));
    return bytes;
  });
