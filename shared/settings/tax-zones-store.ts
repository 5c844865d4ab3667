import { type Database, readBatch } from '../dynamodb/database.ts';
import { TaxZoneList, type TaxZone } from '../tax/tax-zones.ts';
import { SettingItem, versionKey } from './setting-item.ts';

/** Reads a version of the tax zones, by which an order was taxed; undefined if there is none. */
export const readTaxZones =
  (db: Database, { SETTINGS_TABLE_NAME: table }: { SETTINGS_TABLE_NAME: string }) =>
  async (version: number): Promise<readonly TaxZone[] | undefined> => {
    const items = await readBatch(db, { [table]: [versionKey('tax-zones', version)] }, false);
    const [item] = items.get(table) ?? [];
    return item === undefined ? undefined : TaxZoneList.parse(SettingItem.parse(item).content).zones;
  };
