import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { customerPseudonym } from '../../functions/event-journal/customer-pseudonym.ts';
import { lakeFilesOf } from '../../functions/event-journal/decide.ts';
import { personalFields } from '../../shared/contracts/personal-events.ts';
import { contractEvents } from '../../infra/contract-events.ts';
import { isPersonal, membersOf, personalFieldsOf } from '../../shared/contracts/personal-data.ts';

type Field = { path: string; schema: z.ZodType; isMarked: boolean };

/** Every field below a schema; a field below a marked one is marked. */
const fieldsOf = (schema: z.ZodType, path = '', isBelowMarked = false): Field[] =>
  membersOf(schema).flatMap(([name, member]) => {
    const field = { path: `${path}/${name}`, schema: member, isMarked: isBelowMarked || isPersonal(member) };
    return [field].concat(fieldsOf(member, field.path, field.isMarked));
  });
const dataOf = (event: (typeof contractEvents)[number]) => event.envelope.shape.detail.shape.data;
const sampleOf = (detailType: string): unknown => {
  const name = detailType.replaceAll(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  return JSON.parse(readFileSync(join(import.meta.dirname, `../contracts/${name}.sample.json`), 'utf8'));
};

/** Names of fields about a person. Countries, customer groups and the other fields of an order identify no person. */
const isAboutPerson = (path: string) =>
  /\/(customer|\w*[aA]ddress)\/(?!(?:country|group)$)\w+$/.test(path) ||
  path.endsWith('/taxes/*/reason') ||
  /\/(note|comment|customerId|customerName|trackingNumber|\w*[eE]mail|\w*[pP]hone)$/.test(path);
/** Refund policies, settings and promotions, and what staff say about them: no person is concerned. */
const ofPolicies = new Set([
  'PromotionChanged/changes/*/after',
  'PromotionChanged/changes/*/before',
  'RefundPolicyChangeRejected/comment',
  'RefundPolicyChangeRequested/content',
  'RefundPolicyChanged/content',
  'SettingsChanged/changes/*/after',
  'SettingsChanged/changes/*/before',
]);
const events = contractEvents.map((event) => ({ event, name: event.detailType }));

describe('personal data of events', () => {
  it.each(events)('every field of $name about a person is marked', ({ event }) => {
    const fields = fieldsOf(dataOf(event)).filter(({ path }) => !ofPolicies.has(`${event.detailType}${path}`));
    expect(fields.filter(({ path, isMarked }) => isAboutPerson(path) && !isMarked).map(({ path }) => path)).toEqual([]);
  });

  it.each(events)('the search for marks reaches every field of $name', ({ event }) => {
    const leaves = fieldsOf(dataOf(event)).filter(
      ({ path, schema }) => membersOf(schema).length === 0 && !ofPolicies.has(`${event.detailType}${path}`),
    );
    const typeOf = (schema: z.ZodType): string =>
      schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault
        ? typeOf(z.instanceof(z.ZodType).parse(schema.unwrap()))
        : schema.type;
    const unread = leaves.filter(
      ({ schema }) => !['string', 'number', 'boolean', 'enum', 'literal', 'null'].includes(typeOf(schema)),
    );
    expect(unread.map(({ path, schema }) => `${path} is a ${typeOf(schema)}`)).toEqual([]);
  });

  it.each(events)('the journal knows the marked fields of $name', ({ event }) => {
    expect(personalFields.get(event.detailType)).toEqual(personalFieldsOf(dataOf(event)));
  });

  it.each(events.filter(({ name }) => personalFields.has(name)))(
    'the lake has $name without its marked fields, as an event of the same order',
    ({ event }) => {
      const sample = sampleOf(event.detailType);
      const rules = { businessDay: () => '2026-11-30', personalFields, pseudonymOf: () => undefined };
      const { files, malformed } = lakeFilesOf([{ messageId: 'm', body: JSON.stringify(sample) }], rules);
      expect(malformed).toEqual([]);
      const line: unknown = JSON.parse(files[0]?.text ?? '');
      const kept = event.envelope.parse(line).detail.data;
      expect(kept).toMatchObject({ orderId: expect.stringMatching(/^ord_/) as string });
      const marked = fieldsOf(dataOf(event)).filter(({ isMarked }) => isMarked);
      expect(marked.flatMap(({ path }) => valuesAt(kept, path))).toEqual([]);
      expect(line).not.toEqual(sample);
    },
  );
});

/** The values of a path in JSON; `*` is every entry. */
function valuesAt(value: unknown, path: string): unknown[] {
  const [name, ...rest] = path.slice(1).split('/');
  if (typeof value !== 'object' || value === null || name === undefined) return [];
  const members = Object.entries(value).filter(([member]) => name === '*' || member === name);
  return members.flatMap(([, member]) => (rest.length === 0 ? [member] : valuesAt(member, `/${rest.join('/')}`)));
}

describe('pseudonym of a customer', () => {
  const ofId = (id: string, channel = 'storefront') => customerPseudonym('secret', { channel, customer: { id } });
  const ofEmail = (email: string) => customerPseudonym('secret', { channel: 'storefront', customer: { email } });

  it('is stable, and does not contain the id', () => {
    expect(ofId('c1')).toMatch(/^cus_[0-9a-f]{32}$/);
    expect(ofId('c1')).toBe(ofId('c1'));
    expect(customerPseudonym('secret', { channel: 'storefront', customerId: 'c1' })).toBe(ofId('c1'));
  });

  it.each([
    ['another id', ofId('c2')],
    ['the same id in another channel', ofId('c1', 'marketplace')],
    ['the id as an e-mail address', ofEmail('c1')],
    ['an id and channel whose texts join to the same', ofId('c1"]', 'store')],
    ['another secret', customerPseudonym('other', { channel: 'storefront', customer: { id: 'c1' } })],
  ])('differs for %s', (_, other) => {
    expect(other).toMatch(/^cus_/);
    expect(other).not.toBe(ofId('c1'));
  });

  it('is that of the e-mail address in its normal form if there is no id', () => {
    expect(ofEmail('Ada@EXAMPLE.com')).toBe(ofEmail('ada@example.com'));
    expect(ofEmail('ada@example.com')).not.toBe(ofEmail('bob@example.com'));
    const both = { channel: 'storefront', customer: { id: 'c1', email: 'ada@example.com' } };
    expect(customerPseudonym('secret', both)).toBe(ofId('c1'));
  });

  it.each([
    [undefined],
    [null],
    ['text'],
    [[]],
    [{}],
    [{ customer: {} }],
    [{ customer: 'c1' }],
    [{ customer: { id: 7 } }],
  ])('of %j is none', (data) => {
    expect(customerPseudonym('secret', data)).toBeUndefined();
  });
});
