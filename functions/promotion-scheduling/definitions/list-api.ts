import { timeRangeOf } from '../../../shared/contracts/list-query.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/promotions/routes.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { collectPage, oldestOf } from '../../../shared/dynamodb/list-page.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { normalCode } from '../../../shared/pricing/promotions/coupon-code.ts';
import { promotionBody } from '../promotion/promotion-body.ts';
import { promotionPartition, type PromotionRecord, promotionShards } from '../promotion/promotion-record.ts';
import type { PromotionStore } from '../promotion/promotion-store.ts';
import { stateAt } from '../promotion/promotion-timing.ts';

const positionPattern = /^PROMOTION#[A-Za-z0-9._~-]{1,128}$/;

type ListStore = Pick<PromotionStore, 'ownerOf' | 'partitionKeys' | 'records'>;

/** Serves a page of the list of promotions. `storeZone` is the time zone of the store. */
export const listPromotions =
  (store: ListStore, cursors: Cursors, storeZone: string) =>
  async ({ query, caller, cause }: Request<typeof routes.listPromotions>): Promise<HttpResponse> => {
    const { limit, cursor, status, channel, code, changedSince } = query;
    const { now } = cause;
    const list = { list: 'promotions', status, channel, code, changedSince, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, positionPattern);
    if ('refusal' in start) return start.refusal;

    const owner = code === undefined ? undefined : await store.ownerOf(normalCode(code));
    if (code !== undefined && owner === undefined) return { status: 200, body: { promotions: [] } };
    const since = timeRangeOf({ from: changedSince }, storeZone)?.from;
    const isListed = (record: PromotionRecord) =>
      (status === undefined || status.includes(stateAt(record, storeZone, now))) &&
      (channel === undefined || appliesIn(record, channel)) &&
      (since === undefined || record.changedAt >= since);
    const read = async (keys: string[]) => {
      const found = await store.records(keys.map((key) => key.slice(promotionPartition('').length)));
      return new Map(
        [...found.values()]
          .filter(isListed)
          .map(
            (record) => [promotionPartition(record.promotionId), promotionBody(record, { storeZone, now })] as const,
          ),
      );
    };
    if (owner !== undefined) {
      const found = await read([promotionPartition(owner)]);
      return { status: 200, body: { promotions: [...found.values()] } };
    }
    const isFiltered = [status, channel, changedSince].some((filter) => filter !== undefined);
    const source = oldestOf(promotionShards.keys, store.partitionKeys);
    const { entries, last } = await collectPage(source, read, { limit, after: start.after, isFiltered });
    return {
      status: 200,
      body: { promotions: entries, ...(last !== undefined && { cursor: await cursors.of(list, last) }) },
    };
  };

function appliesIn({ definition, inForce }: PromotionRecord, channel: string): boolean {
  const { channels, except } = (inForce?.definition ?? definition).audience ?? {};
  return (channels === undefined || channels.includes(channel)) && !except?.channels?.includes(channel);
}
