import type { FieldError } from '../contracts/problem.ts';

/** A row of a group that is one content, with the number that a spreadsheet shows. */
export type GroupRow<C> = { row: number; cells: C };

/** Errors in one reason. Others show when the file is uploaded again. */
const maxNamed = 20;

/**
 * Where the parts of a content come from, by JSON pointer, so that the reason of a refusal names row and column. A pointer
 * without a cell of its own has that of the part which contains it.
 */
export function createCellPlaces({ row: firstRow }: { row: number }, rowCount: number) {
  const places = new Map<string, { row: number; column?: string }>([['', { row: firstRow }]]);
  const placeOf = (pointer: string): { row: number; column?: string } =>
    places.get(pointer) ?? placeOf(pointer.slice(0, Math.max(0, pointer.lastIndexOf('/'))));
  const textOf = ({ pointer, detail }: FieldError) => {
    const { row, column } = placeOf(pointer);
    const at = [...(rowCount === 1 ? [] : [`row ${row}`]), ...(column === undefined ? [] : [column])].join(', ');
    return at === '' ? detail : `${at}: ${detail}`;
  };

  return {
    set(pointer: string, row: number, column: string): void {
      places.set(pointer, { row, column });
    },
    /** An error of a cell that is no part of the content. */
    errorAt(row: number, column: string, detail: string): FieldError {
      const pointer = `#${row}/${column}`;
      places.set(pointer, { row, column });
      return { pointer, detail };
    },
    /** The reason of the refused rows. */
    reasonOf: (errors: readonly FieldError[]): string => `invalid: ${errors.slice(0, maxNamed).map(textOf).join('; ')}`,
  };
}
export type CellPlaces = ReturnType<typeof createCellPlaces>;

/** The fields that the first row of a group has; the other rows leave them empty or repeat them. */
export function fieldsOfFirst<C extends object>(
  [first, ...others]: readonly [GroupRow<C>, ...GroupRow<C>[]],
  names: readonly (keyof C & string)[],
  places: CellPlaces,
): { fields: Record<string, unknown>; errors: FieldError[] } {
  const fields: Record<string, unknown> = {};
  for (const name of names) {
    places.set(`/${name}`, first.row, name);
    if (first.cells[name] !== undefined) fields[name] = first.cells[name];
  }
  const detail = `The value is not that of row ${first.row}. Leave the cell empty, or correct the id of the row.`;
  const errors = others.flatMap(({ row, cells }) =>
    names
      .filter((name) => cells[name] !== undefined && String(cells[name]) !== String(first.cells[name]))
      .map((name) => places.errorAt(row, name, detail)),
  );
  return { fields, errors };
}
