import * as z from 'zod';
import { addressFields } from '../address.ts';
import { invalidValueText } from '../contracts/problem.ts';
import { Warehouse } from '../names.ts';
import { isPostalCodeOf, postalCodeProblem } from '../postal-code.ts';
import { repeatedIds, type RuleProblem } from './rules.ts';

const maxWarehouses = 500;
const Name = z.string().trim().min(1).max(200);
const { name: _recipient, ...placeFields } = addressFields;

/** A warehouse of the store. It stays in the list as long as its stock, its orders or files are used. */
const WarehouseEntry = z.strictObject({
  warehouse: Warehouse.meta({ description: 'Code of the warehouse, unique in the list', example: 'main' }),
  name: Name.meta({ description: 'Name of the warehouse', example: 'London' }),
  address: z
    .strictObject(placeFields)
    .optional()
    .meta({
      description: 'Where the warehouse is',
      example: { line1: '1 Dock Road', city: 'London', postalCode: 'E16 1AG', country: 'GB' },
    }),
  returnAddress: z
    .strictObject({
      ...addressFields,
      name: Name.meta({ description: 'Name of the recipient', example: 'Storeworks Returns' }),
      line1: addressFields.line1.unwrap(),
    })
    .optional()
    .meta({
      description: 'Where customers send returns. Without one, they go to the first warehouse that has one',
      example: { name: 'Storeworks Returns', line1: '1 Dock Road', city: 'London', country: 'GB' },
    }),
});

/** The warehouses without the rules between them. */
export const WarehouseList = z.strictObject({
  preference: z
    .array(Warehouse)
    .max(maxWarehouses)
    .default([])
    .meta({
      description: 'Warehouses that serve orders first, in order; all others follow by code',
      example: ['main'],
    }),
  warehouses: z.array(WarehouseEntry).min(1).max(maxWarehouses).describe('Warehouses of the store'),
});
export type WarehouseList = z.infer<typeof WarehouseList>;

/** The warehouses in the order in which they serve orders: the preferred ones, then all others. */
export function preferredFirst({ preference, warehouses }: WarehouseList): WarehouseList['warehouses'] {
  const ranks = new Map(preference.map((code, index) => [code, index]));
  const rankOf = ({ warehouse }: { warehouse: string }) => ranks.get(warehouse) ?? preference.length;
  return warehouses.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** What is wrong between the warehouses. */
export function warehouseProblems({ preference, warehouses }: WarehouseList): RuleProblem[] {
  const codes = warehouses.map(({ warehouse }) => warehouse);
  return [
    ...repeatedIds(
      codes,
      (code) => code,
      (index) => ['warehouses', index, 'warehouse'],
    ),
    ...repeatedIds(
      preference,
      (code) => code,
      (index) => ['preference', index],
    ),
    ...preference.flatMap((code, index) =>
      codes.includes(code) ? [] : [{ path: ['preference', index], message: invalidValueText(code, codes) }],
    ),
    ...warehouses.flatMap(({ address, returnAddress }, index) =>
      Object.entries({ address, returnAddress }).flatMap(([field, place]) =>
        place?.postalCode === undefined || isPostalCodeOf(place.country, place.postalCode)
          ? []
          : [{ path: ['warehouses', index, field, 'postalCode'], message: postalCodeProblem(place.country) }],
      ),
    ),
  ];
}
