import { type HttpResponse, problem } from '../../shared/contracts/problem.ts';
import { WarehouseList } from '../../shared/settings/warehouse-list.ts';
import type { warehouseUses, WarehouseUse } from './warehouse-stock-store.ts';

/** The response that refuses a list without a warehouse that is still used; undefined if it may be put in force. */
export const refuseUsedWarehouses =
  (usesOf: ReturnType<typeof warehouseUses>) =>
  async (before: unknown, after: unknown): Promise<HttpResponse | undefined> => {
    const kept = new Set(codesOf(after));
    const removed = codesOf(before).filter((code) => !kept.has(code));
    if (removed.length === 0) return undefined;
    const uses = await usesOf(removed);
    if (uses === 'not-checked') return notChecked;
    if (uses.length === 0) return undefined;
    const errors = uses.map((use) => ({ pointer: '/warehouses', detail: detailOf(use) }));
    const codes = uses.map(({ warehouse }) => warehouse).join(', ');
    return problem(409, 'warehouse-in-use', `Warehouses with stock stay in the list: ${codes}.`, { errors });
  };

const codesOf = (content: unknown) => WarehouseList.parse(content).warehouses.map(({ warehouse }) => warehouse);

const detailOf = ({ warehouse, sku, onHand, reserved, inTransit }: WarehouseUse) =>
  inTransit
    ? `${warehouse} has open transfers: units of ${sku} left it and did not arrive. Post their transfer-in or transit-loss.`
    : `${warehouse} has ${onHand} units on hand and ${reserved} reserved of ${sku}. Move them first: GET /stock?warehouse=${warehouse}.`;

const notChecked = problem(
  409,
  'warehouse-not-checked',
  'The stock of all SKUs could not be read in time, so that no warehouse is removed. See the README of store-settings.',
);
