import { resourceServer } from '../../../shared/access/scopes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Promotion, PromotionWarning } from '../../../shared/contracts/promotions/promotion.ts';
import type { WorstCase } from '../../../shared/contracts/promotions/worst-case-routes.ts';
import { compiledOf, etagOf, type PromotionRecord } from './promotion-record.ts';
import { nextTimes, stateAt } from './promotion-timing.ts';

const isoOf = (ms: number) => new Date(ms).toISOString();

/** The promotion as a response has it, at `now` (milliseconds). `storeZone` is the time zone of the store. */
export function promotionBody(
  record: PromotionRecord,
  {
    storeZone,
    now,
    warnings,
    worstCase,
  }: {
    storeZone: string;
    now: number;
    warnings?: readonly PromotionWarning[] | undefined;
    worstCase?: WorstCase | undefined;
  },
): Promotion {
  const { promotionId, version, definition, inForce, approval, endedAt, authors } = record;
  const compiled = compiledOf(record);
  const { startMs, endMs } = compiled ? nextTimes(compiled, storeZone, now) : {};
  return {
    promotionId,
    ...definition,
    version,
    state: stateAt(record, storeZone, now),
    ...(inForce && { inForceVersion: inForce.version }),
    ...(approval && {
      approval: { ...approval, mayApprove: { scope: `${resourceServer}/promotions.write`, except: authors } },
    }),
    ...(endedAt !== undefined && { endedAt }),
    ...(startMs !== undefined && { nextStartAt: isoOf(startMs) }),
    ...(endMs !== undefined && { nextEndAt: isoOf(endMs) }),
    ...(warnings && { warnings: [...warnings] }),
    ...(worstCase && { worstCase }),
    createdBy: record.createdBy,
    createdAt: record.createdAt,
    changedBy: record.changedBy,
    changedAt: record.changedAt,
  };
}

export const promotionResponse = (
  status: 200 | 201,
  record: PromotionRecord,
  at: Parameters<typeof promotionBody>[1],
): HttpResponse => ({ status, headers: { etag: etagOf(record) }, body: promotionBody(record, at) });
