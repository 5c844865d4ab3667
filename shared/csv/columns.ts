import * as z from 'zod';
import type { Cell } from './write.ts';

/**
 * A column of a kind of file, by the name in its header. Imports, exports, results and documentation are derived from it.
 */
export type Column<Source = never> = {
  /** Schema of a cell's text, `undefined` for an empty cell. Imports ignore a column without it. */
  read?: z.ZodType;
  /** The header of an import must have the column. */
  required?: true;
  /** The cell of an export. Exports do not have a column without it. */
  write?: (source: Source) => Cell;
  description: string;
  /** Also completes the reason for a cell that cannot be read. */
  example: string;
};
export type Columns<Source = never> = Readonly<Record<string, Column<Source>>>;

/** What the schemas of the columns return for a row. */
export type RowOf<C> = {
  [K in keyof C as C[K] extends { read: z.ZodType } ? K : never]: C[K] extends { read: infer S extends z.ZodType }
    ? z.output<S>
    : never;
};

type Fields = Readonly<Record<string, string>>;
type Parsed<R> = { content: R } | { problem: string };

/** Parses the fields of a row, by column. */
export function rowParser<C extends Columns>(columns: C): (fields: Fields) => Parsed<RowOf<C>>;
export function rowParser(columns: Columns): (fields: Fields) => Parsed<object> {
  const shape = Object.entries(columns).flatMap(([name, { read }]) => (read ? [[name, read] as const] : []));
  const schema = z.object(Object.fromEntries(shape));
  return (fields) => {
    const parsed = schema.safeParse(fields);
    if (!parsed.success) return { problem: problemOf(columns, parsed.error.issues, fields) };
    return { content: parsed.data };
  };
}

/** The issues of a row as one reason, with an example of each column's right form. */
export const problemOf = (columns: Columns, issues: readonly z.core.$ZodIssue[], fields: Fields): string =>
  issues
    .map((issue) => {
      const name = issue.path.join('.');
      const example = new Map(Object.entries(columns)).get(name)?.example;
      const cell = new Map(Object.entries(fields)).get(name);
      const given = cell === undefined ? '' : `, not ${JSON.stringify(cell.slice(0, 64))}`;
      return `${name}: ${messageOf(issue)}${example === undefined ? '' : `; write it like ${example}${given}`}`;
    })
    .join('; ');

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type') return issue.message;
  if (issue.message.endsWith('received undefined')) return 'The cell is empty';
  return issue.expected === 'number' || issue.expected === 'int' ? notWhole : issue.message;
}

const notWhole = 'Not a whole number';

/** A whole number without sign. */
export const wholeNumber = z
  .string()
  .regex(/^\d{1,13}$/, notWhole)
  .transform(Number);

/** `true` or `false`; an empty cell is undefined. */
export const yesOrNo = z
  .enum(['true', 'false'], 'The values are true and false')
  .transform((value) => value === 'true')
  .optional();
