import { type ChannelAccess, isVisible } from '../../../shared/access/channel-access.ts';
import type { TimeRange } from '../../../shared/contracts/list-query.ts';
import { RefundStatus } from '../../../shared/contracts/refunds/status.ts';
import { collectPage, newestOf } from '../../../shared/dynamodb/list-page.ts';
import type { RefundItem } from '../refund/refund-item.ts';
import { orderIndex, requestedKeyParts, statusIndex } from '../refund/refund-keys.ts';
import type { RefundStore } from '../refund/store.ts';

export type RefundSearch = {
  orderId?: string | undefined;
  /** @default every status */
  status?: readonly RefundStatus[] | undefined;
  range: TimeRange;
  limit: number;
  after: string | undefined;
  access: ChannelAccess;
  /** @default every refund */
  isWanted?: (refund: RefundItem) => boolean;
};

/** A page of the refunds that the caller may read, by time of request, the newest first, from the index of orders or of statuses. */
export function findRefundPage(
  store: Pick<RefundStore, 'requestedKeys' | 'listed'>,
  { orderId, status = RefundStatus.options, range, limit, after, access, isWanted = () => true }: RefundSearch,
): Promise<{ entries: RefundItem[]; last?: string }> {
  const index = orderId === undefined ? statusIndex : orderIndex;
  const partitions = orderId === undefined ? status.map(statusIndex.keyOf) : [orderIndex.keyOf(orderId)];
  const source = newestOf(
    partitions,
    (key, before, count) => store.requestedKeys(index, key, before, count),
    range.from,
    range.before,
  );
  // The index is eventually consistent; the refunds are read with strong consistency.
  const isListed = (refund: RefundItem) =>
    status.includes(refund.status) && isVisible(refund.channel, access) && isWanted(refund);
  const read = async (keys: string[]) =>
    new Map([...(await store.listed(keys))].filter(([, refund]) => isListed(refund)));
  const isKeyWanted = (key: string) => {
    const { channel } = requestedKeyParts(key);
    return channel === undefined || isVisible(channel, access);
  };
  return collectPage(source, read, { limit, after, isFiltered: true, isKeyWanted });
}
