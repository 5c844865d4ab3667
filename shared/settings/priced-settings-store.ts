import type * as z from 'zod';
import { type Database, readBatch } from '../dynamodb/database.ts';
import { TaxZoneList, type TaxZone } from '../tax/tax-zones.ts';
import { SettingItem, versionKey } from './setting-item.ts';
import { type ShippingMethod, ShippingMethodList } from './shipping-methods.ts';

type Tables = { SETTINGS_TABLE_NAME: string };

async function readVersion<S extends z.ZodType>(
  db: Database,
  { SETTINGS_TABLE_NAME: table }: Tables,
  { name, version, schema }: { name: string; version: number; schema: S },
): Promise<z.infer<S> | undefined> {
  const items = await readBatch(db, { [table]: [versionKey(name, version)] }, false);
  const [item] = items.get(table) ?? [];
  return item === undefined ? undefined : schema.parse(SettingItem.parse(item).content);
}

/** Reads a version of the tax zones, by which an order was taxed; undefined if there is none. */
export const readTaxZones =
  (db: Database, tables: Tables) =>
  async (version: number): Promise<readonly TaxZone[] | undefined> =>
    (await readVersion(db, tables, { name: 'tax-zones', version, schema: TaxZoneList }))?.zones;

/** Reads a version of the shipping methods; undefined if there is none. */
export const readShippingMethods =
  (db: Database, tables: Tables) =>
  async (version: number): Promise<readonly ShippingMethod[] | undefined> =>
    (await readVersion(db, tables, { name: 'shipping-methods', version, schema: ShippingMethodList }))?.methods;
