import type * as z from 'zod';

/** What is wrong with a document beyond the form of its fields: the path of the field, and what to change. */
export type RuleProblem = { path: PropertyKey[]; message: string };

/** Adds rules between the fields of a document to its schema. They run once every field has its form. */
export const withRules = <S extends z.ZodType>(schema: S, problemsOf: (document: z.infer<S>) => RuleProblem[]): S =>
  schema.superRefine((document, context) => {
    for (const { path, message } of problemsOf(document)) context.addIssue({ code: 'custom', path, message });
  });

/** A problem for each entry whose id another entry before it has. `path` is that of the entry's id. */
export function repeatedIds<T>(
  entries: readonly T[],
  idOf: (entry: T) => string,
  path: (index: number) => PropertyKey[],
): RuleProblem[] {
  const seen = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    const id = idOf(entry);
    const first = seen.get(id);
    if (first === undefined) seen.set(id, index);
    return first === undefined ? [] : [{ path: path(index), message: `Entry ${first + 1} has ${id} already` }];
  });
}
