import * as z from 'zod';

const keyword = 'x-personal-data';

/**
 * Marks a field of an event as personal data. Copies of events that are kept for ever do not have it, so it is optional.
 * The documents of the interface show the mark.
 */
export const personal = <T extends z.ZodOptional>(field: T): T => field.meta({ [keyword]: true });

/** The marked fields of a value by member name; `*` is each entry of an array or record. */
export type PersonalFields = ReadonlyMap<string, PersonalFields | 'personal'>;

/** The marked fields of a schema; undefined if it has none. */
export function personalFieldsOf(schema: z.ZodType): PersonalFields | undefined {
  const fields = new Map(
    membersOf(schema).flatMap(([name, member]): [string, PersonalFields | 'personal'][] => {
      const found = isPersonal(member) ? 'personal' : personalFieldsOf(member);
      return found ? [[name, found]] : [];
    }),
  );
  return fields.size > 0 ? fields : undefined;
}

/** Whether the field itself is marked. */
export const isPersonal = (field: z.ZodType): boolean =>
  new Map(Object.entries(field.meta() ?? {})).get(keyword) === true;

/** The schemas of a value's members by name; `*` is each entry of an array or record. */
export function membersOf(schema: unknown): [string, z.ZodType][] {
  if (schema instanceof z.ZodObject) return Object.entries<z.ZodType>(schema.shape);
  if (schema instanceof z.ZodArray) return [['*', z.instanceof(z.ZodType).parse(schema.element)]];
  if (schema instanceof z.ZodRecord) return [['*', z.instanceof(z.ZodType).parse(schema.valueType)]];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return membersOf(schema.unwrap());
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(membersOf);
  return [];
}

/** A copy of a JSON value without its personal fields. */
export function withoutPersonal(value: unknown, fields: PersonalFields): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutMember(entry, fields.get('*')));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const found = fields.get(name) ?? fields.get('*');
      return found === 'personal' ? [] : [[name, withoutMember(member, found)]];
    }),
  );
}

const withoutMember = (member: unknown, fields: PersonalFields | 'personal' | undefined): unknown =>
  fields === undefined || fields === 'personal' ? member : withoutPersonal(member, fields);
