import type { PromotionWarning } from '../../../shared/contracts/promotions/promotion.ts';
import type { WorstCase } from '../../../shared/contracts/promotions/worst-case-routes.ts';
import type { CompiledPromotion, PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import { setWith } from './compile-set.ts';
import { compiledOf, type PromotionRecord } from './promotion-record.ts';
import type { PromotionSnapshot } from './promotion-store.ts';
import type { CompileSettings } from './save-change.ts';

/** A promotion as if its last definition was in force, and the set with it. `now` is in milliseconds. */
export type Reviewed = { draft: CompiledPromotion; set: PromotionSet; now: number };

/** What a search in the catalogue and the prices says about a promotion that is saved. */
export type Review = (
  reviewed: Reviewed,
) => Promise<{ warnings: PromotionWarning[]; worstCase?: WorstCase | undefined }>;

/** What is reviewed when a promotion is saved; undefined if it has ended. */
export function reviewedOf(
  record: PromotionRecord,
  { set, categories }: Pick<PromotionSnapshot, 'set' | 'categories'>,
  settings: CompileSettings,
  now: number,
): Reviewed | undefined {
  const { promotionId, definition, version, endedAt } = record;
  if (endedAt !== undefined) return undefined;
  const { paused: _paused, ...rest } = record;
  const approved = { ...rest, inForce: { definition, version, approvedAt: new Date(now).toISOString() } };
  const next = setWith(set, [approved], { ...settings, categories, now });
  const reviewed = next ? { ...next, version: set.version } : set;
  const draft = reviewed.promotions.find((each) => each.promotionId === promotionId) ?? compiledOf(approved);
  return draft && { draft, set: reviewed, now };
}
