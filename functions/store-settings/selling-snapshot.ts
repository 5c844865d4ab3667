import type { SettingName } from '../../shared/contracts/settings/documents.ts';
import { PromotionSettings, StoredPromotionPolicy } from '../../shared/settings/promotion-policy.ts';
import { SellingSettings } from '../../shared/settings/selling-settings.ts';
import type { SettingVersion } from '../../shared/settings/setting-item.ts';
import { ShippingMethodList } from '../../shared/settings/shipping-methods.ts';
import { encodeSnapshot, type Snapshot, snapshotReader } from '../../shared/settings/snapshot.ts';
import { WarehouseList } from '../../shared/settings/warehouse-list.ts';
import { TaxZoneList } from '../../shared/tax/tax-zones.ts';

/** The snapshot of an item of the table; undefined before staff set a document that is part of it. */
export const snapshotOf = (item: unknown): Snapshot<SellingSettings> | undefined =>
  snapshotReader(SellingSettings)(item);

/** The snapshot item, without its key, with a new version of a document; undefined if the document is not part of it. */
export function nextSnapshot(
  current: Snapshot<SellingSettings> | undefined,
  name: SettingName,
  document: Pick<SettingVersion, 'version' | 'content'>,
): { version: number; data: Uint8Array } | undefined {
  const part = partOf(name, document);
  if (!part) return undefined;
  return { version: (current?.version ?? 0) + 1, data: encodeSnapshot({ ...current?.value, ...part }) };
}

function partOf(
  name: SettingName,
  { version, content }: Pick<SettingVersion, 'version' | 'content'>,
): Partial<SellingSettings> | undefined {
  switch (name) {
    case 'tax-zones':
      return { taxZones: { version, zones: TaxZoneList.parse(content).zones } };
    case 'shipping-methods':
      return { shippingMethods: { version, methods: ShippingMethodList.parse(content).methods } };
    case 'warehouses':
      return { warehouses: { version, preference: WarehouseList.parse(content).preference } };
    case 'promotions':
      return { promotions: { version, ...StoredPromotionPolicy.parse(PromotionSettings.parse(content)) } };
    case 'calendars':
    case 'reasons':
      return undefined;
    default:
      return name satisfies never;
  }
}
