import { describe, expect, test } from 'vitest';
import { unknownWarehouseFilter, unknownWarehousePath } from '../../../shared/reference-data/unknown-warehouse.ts';

const known = ['main', 'north', 'south'];

describe.each([
  ['mian', 'main'],
  ['NORTH', 'north'],
  ['suoth', 'south'],
  ['constructor', undefined],
  ['w', undefined],
])('the warehouse %s', (warehouse, meant) => {
  test('is refused as a filter with the valid values and the closest one', () => {
    const response = unknownWarehouseFilter(warehouse, known);
    expect(response).toMatchObject({
      status: 400,
      body: {
        type: 'invalid-parameter',
        errors: [{ pointer: '/warehouse', detail: expect.stringContaining('Valid values: main, north, south') }],
      },
    });
    expect(/Did you mean (\w+)\?/.exec(JSON.stringify(response))?.[1]).toBe(meant);
  });

  test('is not found in a path, with the closest one', () => {
    const response = unknownWarehousePath(warehouse, known);
    expect(response).toMatchObject({ status: 404, body: { type: 'unknown-warehouse' } });
    expect(/did you mean (\w+)\?/.exec(JSON.stringify(response))?.[1]).toBe(meant);
  });
});

test('a warehouse of the settings, and no filter, are not refused', () => {
  for (const warehouse of known) {
    expect([unknownWarehouseFilter(warehouse, known), unknownWarehousePath(warehouse, known)]).toEqual([
      undefined,
      undefined,
    ]);
  }
  expect(unknownWarehouseFilter(undefined, known)).toBeUndefined();
});
