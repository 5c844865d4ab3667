import { priceListsKey } from './price-list-snapshot.ts';
import { skuPartition } from './sku-item.ts';

const padded = (version: number) => String(version).padStart(8, '0');

/** Partition key of the events of a price list. */
export const priceListPartition = (listId: string) => `PRICE-LIST#${listId}`;

const listVersions = 'VERSION#';
/** Key of a version of the item with all price lists, by the time of its change (UTC with milliseconds). */
export const priceListVersionKey = (changedAt: string, version: number) => ({
  pk: priceListsKey.pk,
  sk: `${listVersions}${changedAt}#${padded(version)}`,
});
/** Range of the versions up to a time. `~` sorts after the digits of every version. */
export const priceListVersionsUntil = (at: string) => ({
  pk: priceListsKey.pk,
  from: listVersions,
  to: `${listVersions}${at}#~`,
});

export const historyPrefix = 'PRICE#';
/** Key of a change of the prices of a SKU, by its time (UTC with milliseconds) and the version of the SKU. */
export const historyKey = (sku: string, at: string, version: number) => ({
  pk: skuPartition(sku),
  sk: `${historyPrefix}${at}#${padded(version)}`,
});
export const historyKeyPattern = /^PRICE#[0-9T:.Z-]{24}#\d{8,}$/;
/** Ranges of the changes up to a time, and after it. */
export const historyUntil = (sku: string, at: string) => ({
  pk: skuPartition(sku),
  from: historyPrefix,
  to: `${historyPrefix}${at}#~`,
});
export const historyAfter = (sku: string, at: string) => ({
  pk: skuPartition(sku),
  from: `${historyPrefix}${at}#~`,
  to: `${historyPrefix}~`,
});
