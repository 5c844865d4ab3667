import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { priceListsKey } from '../../shared/catalog/price-list-snapshot.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import type { PriceList } from '../../shared/pricing/price-lists.ts';
import { sellingSettingsKey, type SellingSettings } from '../../shared/settings/selling-settings.ts';
import { settingItem, versionKey } from '../../shared/settings/setting-item.ts';
import { encodeSnapshot } from '../../shared/settings/snapshot.ts';
import { tables } from './database/dynamodb.ts';

/** Writes the settings and price lists that placing reads, as their workflows do, with the versions of the documents. */
export async function putPricing(
  db: Database,
  { taxZones, shippingMethods }: SellingSettings,
  lists: readonly PriceList[] = [],
): Promise<void> {
  const put = (TableName: string, Item: Record<string, unknown>) => db.send(new PutCommand({ TableName, Item }));
  const by = { at: '2026-01-01T00:00:00.000Z', by: 'finance', from: '' };
  const documents = [
    ['tax-zones', taxZones && { version: taxZones.version, content: { zones: taxZones.zones } }],
    [
      'shipping-methods',
      shippingMethods && { version: shippingMethods.version, content: { methods: shippingMethods.methods } },
    ],
  ] as const;
  for (const [name, document] of documents) {
    if (!document) continue;
    const { version, content } = document;
    await put(tables.SETTINGS_TABLE_NAME, {
      ...settingItem({ ...by, version, content }),
      ...versionKey(name, version),
    });
  }
  const version = (taxZones?.version ?? 0) + (shippingMethods?.version ?? 0);
  const data = encodeSnapshot({ taxZones, shippingMethods });
  await put(tables.SETTINGS_TABLE_NAME, { ...sellingSettingsKey, version, data });
  const changed = lists.map((list) => Object.assign({ changedAt: by.at }, list));
  await put(tables.CATALOG_TABLE_NAME, { ...priceListsKey, version: 1, data: encodeSnapshot({ lists: changed }) });
}
