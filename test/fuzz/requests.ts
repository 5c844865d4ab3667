import * as fc from 'fast-check';
import * as z from 'zod';
import type { DefinedRoute } from '../../shared/contracts/define-route.ts';
import { arbitraryOf, type JsonSchema } from './json-arbitrary.ts';
import { damagedBytes, mutationOf, oddValue } from './mutations.ts';

export type FuzzedRequest = {
  route: DefinedRoute;
  /** Whether the path may lead to another route than `route`. */
  isOddPath: boolean;
  path: string;
  headers: Record<string, string>;
  body: string | Buffer | undefined;
  /** Chooses the client. */
  pick: number;
};

/** Jobs that take seconds. */
const slowJobs = /^POST \/(reports\/runs|orders\/exports|stock\/audits)/;

/** Requests of these routes: half conform to the schemas, the others have a mutation. `known` are ids that exist. */
export const requestsOf = (
  routes: readonly DefinedRoute[],
  known: Record<string, string[]>,
): fc.Arbitrary<FuzzedRequest> =>
  fc.oneof(
    ...routes.map((route) => ({ weight: slowJobs.test(route.key) ? 1 : 20, arbitrary: requestOf(route, known) })),
  );

function requestOf(route: DefinedRoute, known: Record<string, string[]>): fc.Arbitrary<FuzzedRequest> {
  return fc
    .record({
      route: fc.constant(route),
      isOddPath: fc.constant(false),
      path: pathOf(route, known),
      query: queryOf(route),
      headers: headersOf(route),
      body: bodyOf(route),
      pick: fc.nat(),
    })
    .map(({ path, query, ...request }) => Object.assign(request, { isOddPath: path.isOdd, path: path.text + query }));
}

/** One of twenty is odd. */
const mostly = <T, U>(usual: T, odd: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ weight: 19, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });

const schemaOf = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;

function pathOf({ path, params }: DefinedRoute, known: Record<string, string[]>) {
  const schemas = params ? (schemaOf(params).properties ?? {}) : {};
  const names = [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name = '']) => name);
  const value = (name: string) => {
    const conforming = arbitraryOf(schemas[name] ?? { type: 'string' }).map((each) => ({
      text: String(each),
      isOdd: false,
    }));
    const odd = oddValue.map((each) => ({ text: String(each), isOdd: true }));
    const existing = known[name]?.map((text) => ({ text, isOdd: false })) ?? [];
    return existing.length === 0
      ? fc.oneof({ weight: 15, arbitrary: conforming }, { weight: 1, arbitrary: odd })
      : fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...existing) }, { weight: 2, arbitrary: conforming }, odd);
  };
  return fc
    .tuple(fc.tuple(...names.map(value)), mostly('', fc.constantFrom('/', '%2F', '%ZZ', '%00')))
    .map(([values, end]) => ({
      text:
        names.reduce(
          (text, name, index) =>
            text.replace(new RegExp(`\\{${name}\\+?\\}`), () => encoded(values[index]?.text ?? '')),
          path as string,
        ) + end,
      // An empty value, or one with a slash, is another path.
      isOdd: end !== '' || values.some(({ text, isOdd }) => isOdd || text === '' || /[/.%]/.test(text)),
    }));
}

/** Half a surrogate pair has no URI encoding: its bytes as UTF-8 would have them. */
const encoded = (text: string): string =>
  text.isWellFormed()
    ? encodeURIComponent(text)
    : Array.from(text, (each) => (each.isWellFormed() ? encodeURIComponent(each) : '%ED%A0%80')).join('');

function queryOf({ query }: DefinedRoute): fc.Arbitrary<string> {
  const schemas = Object.entries(query ? (schemaOf(query).properties ?? {}) : {});
  const member = ([name, schema]: [string, JsonSchema]) =>
    fc
      .oneof({ weight: 9, arbitrary: arbitraryOf(schema) }, { weight: 1, arbitrary: oddValue })
      .map((value) => `${name}=${encoded(String(value))}`);
  const odd = fc.constantFrom(
    'constructor=1',
    '__proto__=x',
    'limit=',
    'limit=1&limit=2',
    'cursor=%FF',
    '=',
    '&&',
    'unknown=1',
    '%ZZ',
  );
  const parts =
    schemas.length === 0
      ? fc.constant([] as string[])
      : fc.subarray(schemas).chain((chosen) => fc.tuple(...chosen.map(member)));
  return fc.tuple(parts, mostly(null, odd)).map(([own, other]) => {
    const all = [...own, ...(other === null ? [] : [other])];
    return all.length === 0 ? '' : `?${all.join('&')}`;
  });
}

function headersOf({ headers, body }: DefinedRoute): fc.Arbitrary<Record<string, string>> {
  const names = Object.keys(headers ? (schemaOf(headers).properties ?? {}) : {});
  const value = fc.constantFrom(
    '',
    '"1"',
    '*',
    '1',
    'respond-async',
    'respond-async, wait=10',
    'é',
    'x'.repeat(3000),
    '"',
    'W/"1"',
    'null',
  );
  const given = fc.dictionary(
    fc.constantFrom(...names, 'x-correlation-id', 'if-match', 'prefer', 'accept', 'range', 'content-encoding'),
    value,
    { maxKeys: 2 },
  );
  const type = fc.oneof(
    { weight: 12, arbitrary: fc.constant('application/json') },
    fc.constantFrom('text/plain', 'application/json; charset=utf-16', 'application/x+json', ''),
  );
  return fc.tuple(mostly(null, given), type).map(([other, contentType]) => {
    const odd = Object.entries(other ?? {}).map(
      ([name, text]) => [name, Buffer.from(text).toString('latin1')] as const,
    );
    return Object.fromEntries([...(body ? [['content-type', contentType] as const] : []), ...odd]);
  });
}

function bodyOf({ body }: DefinedRoute): fc.Arbitrary<string | Buffer | undefined> {
  if (!body) return fc.constant(undefined);
  const conforming = arbitraryOf(schemaOf(body));
  const text = (value: fc.Arbitrary<unknown>) => value.map((each) => JSON.stringify(each));
  return fc.oneof(
    { weight: 5, arbitrary: text(conforming) },
    { weight: 4, arbitrary: text(mutationOf(conforming)) },
    { weight: 1, arbitrary: damagedBytes(text(conforming)) },
    { weight: 1, arbitrary: text(mutationOf(mutationOf(conforming))) },
  );
}
