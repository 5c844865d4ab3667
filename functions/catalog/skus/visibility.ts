import { channelAccessOf } from '../../../shared/access/channel-access.ts';
import { isBeforeLaunch } from '../../../shared/catalog/publication.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { PriceList } from '../../../shared/pricing/price-lists.ts';
import type { Channels } from '../../../shared/store.ts';

/**
 * The SKU as a client reads it at `now` (milliseconds). A channel does not see SKUs of products before their launch, nor
 * when a product is launched or withdrawn; SKUs of products that were on sale stay visible, because orders name them.
 */
export function skuFor<S extends SkuRecord>(sku: S, clientId: string, channels: Channels, now: number): S | undefined {
  const { product } = sku;
  if (!product || channelAccessOf(clientId, channels).onlyChannel === undefined) return sku;
  if (isBeforeLaunch(product, now)) return undefined;
  return { ...sku, product: { productId: product.productId, status: product.status } };
}

/** Whether a price list applies in a channel. `onlyChannel` is undefined for staff, who see every list. */
export const appliesIn = ({ channels }: Pick<PriceList, 'channels'>, onlyChannel: string | undefined): boolean =>
  onlyChannel === undefined || !channels || channels.includes(onlyChannel);
