import { expect, test } from 'vitest';
import { listWarehouses } from '../../../functions/stock-update/warehouses/warehouses-api.ts';
import { warehousesOf } from '../../../shared/store.ts';

test('lists the warehouses of the settings once, the preferred ones first', async () => {
  const address = { name: 'Returns', line1: '1 Dock Road', country: 'GB' as const };
  const settings = {
    selling: { warehousePreference: ['north', 'main'] },
    warehouses: {
      main: { name: 'London', address: { city: 'London', country: 'GB' as const } },
      north: { name: 'Leeds' },
      south: { name: 'Brighton' },
    },
    returnAddresses: { main: address, south: address },
  };
  expect(await listWarehouses(warehousesOf(settings))()).toEqual({
    status: 200,
    body: {
      warehouses: [
        { warehouse: 'north', name: 'Leeds' },
        {
          warehouse: 'main',
          name: 'London',
          address: { city: 'London', country: 'GB' },
          returnAddress: address,
        },
        { warehouse: 'south', name: 'Brighton', returnAddress: address },
      ],
    },
  });
});

test.each([
  ['the preferred warehouses', { selling: { warehousePreference: ['mian'] } }],
  [
    'a return address',
    { returnAddresses: { mian: { name: 'Returns', line1: '1 Dock Road', country: 'GB' as const } } },
  ],
])('refuses settings in which %s is none of the warehouses', (_case, given) => {
  const settings = { selling: { warehousePreference: [] }, warehouses: { main: { name: 'L' } }, returnAddresses: {} };
  expect(() => warehousesOf({ ...settings, ...given })).toThrow('The settings name mian');
});
