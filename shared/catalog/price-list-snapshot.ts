import * as z from 'zod';
import { maxEntries } from '../contracts/bounds.ts';
import { Instant } from '../names.ts';
import { PriceList } from '../pricing/price-lists.ts';
import { type Snapshot, snapshotReader } from '../settings/snapshot.ts';

/** A price list as it is stored, with the time of its last change. */
const StoredPriceList = PriceList.extend({ changedAt: Instant });
export type StoredPriceList = z.infer<typeof StoredPriceList>;

/** All price lists of the store: one item, so that two changes at once cannot make two lists overlap. */
const PriceListSnapshot = z.object({ lists: z.array(StoredPriceList).max(maxEntries) });

/** Key of the item with all price lists. Placing reads it with the SKUs. */
export const priceListsKey = { pk: 'PRICE-LISTS', sk: 'SNAPSHOT' };

/** As `snapshotReader`: the price lists of the item with their version, or none. */
export function priceListReader(): (item: unknown) => Snapshot<StoredPriceList[]> {
  const read = snapshotReader(PriceListSnapshot.transform(({ lists }) => lists));
  return (item) => read(item) ?? { version: 0, value: [] };
}
