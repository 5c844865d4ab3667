import { expect, test } from 'vitest';
import { listWarehouses } from '../../../functions/stock-update/warehouses/warehouses-api.ts';
import { warehousesOf } from '../../../shared/store.ts';

test('lists the warehouses of the settings once, the preferred ones first', async () => {
  const address = { name: 'Returns', line1: '1 Dock Road', country: 'GB' };
  const settings = {
    selling: { warehousePreference: ['north', 'main'] },
    returnAddresses: { main: address, south: address },
  };
  expect(await listWarehouses(warehousesOf(settings))()).toEqual({
    status: 200,
    body: {
      warehouses: [
        { warehouse: 'north' },
        { warehouse: 'main', name: 'Returns', returnAddress: address },
        { warehouse: 'south', name: 'Returns', returnAddress: address },
      ],
    },
  });
});
