import * as z from 'zod';
import { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import { promotionActions } from '../../../shared/contracts/promotions/promotion.ts';
import type { Key } from '../../../shared/dynamodb/database.ts';
import { listShards } from '../../../shared/dynamodb/list-shards.ts';
import { PathId } from '../../../shared/names.ts';
import { normalCode } from '../../../shared/pricing/promotions/coupon-code.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../shared/settings/snapshot.ts';

/** A definition as it is stored. During a deployment, a function may read fields that it does not know yet. */
const StoredDefinition = z.custom<PromotionDefinition>(
  (value) =>
    z.looseObject({ name: z.string(), discount: z.looseObject({ kind: z.string() }) }).safeParse(value).success,
);

const StoredApproval = z.object({
  status: z.enum(['pending', 'approved', 'rejected']),
  requestedBy: z.string(),
  requestedAt: z.string(),
  decidedBy: z.string().optional(),
  decidedAt: z.string().optional(),
  comment: z.string().optional(),
});

/** A promotion. `version` counts its changes, those of its state included. */
export const PromotionRecord = z.object({
  promotionId: PathId,
  version: z.int().positive(),
  /** The last definition. */
  definition: StoredDefinition,
  /** State of the last definition. */
  status: z.enum(['draft', 'pending-approval', 'approved']),
  /** The definition by which orders are priced, with the version in which it was approved. */
  inForce: z.object({ definition: StoredDefinition, version: z.int().positive(), approvedAt: z.string() }).optional(),
  approval: StoredApproval.optional(),
  /** Who changed the definition since the one in force. None of them may approve it. */
  authors: z.array(z.string()),
  paused: z.boolean().optional(),
  endedAt: z.string().optional(),
  /** Counters of each limit. Fixed once orders can be priced by the promotion. */
  shards: z.int().positive(),
  /** A limit was lowered since it was in force. */
  limitsLowered: z.literal(true).optional(),
  /** Of the POST that created it. */
  contentHash: z.string(),
  createdBy: z.string(),
  createdAt: z.string(),
  changedBy: z.string(),
  changedAt: z.string(),
});
export type PromotionRecord = z.infer<typeof PromotionRecord>;

/** A version in the history: what was done, and the promotion afterwards. */
export const PromotionVersionContent = z.looseObject({
  action: z.enum(promotionActions),
  comment: z.string().optional(),
  promotion: z.looseObject({}),
});

export const promotionPartition = (promotionId: string) => `PROMOTION#${promotionId}`;
export const promotionKey = (promotionId: string): Key => ({ pk: promotionPartition(promotionId), sk: 'PROMOTION' });
/** All promotions by id, in the index `allPromotions`. */
export const promotionShards = listShards('PROMOTION');
export const allPromotions = { name: 'allPromotions', attribute: 'listKey', sortKey: 'pk' };

const PromotionItem = z.object({ data: z.instanceof(Uint8Array) });
export const recordOf = (item: unknown): PromotionRecord =>
  PromotionRecord.parse(decodeSnapshot(PromotionItem.parse(item).data));
export const itemOf = (record: PromotionRecord) => ({
  ...promotionKey(record.promotionId),
  listKey: promotionShards.keyOf(record.promotionId),
  version: record.version,
  data: encodeSnapshot(record),
});

/** What the history and its differences show of a promotion. */
export const shownOf = ({ definition, status, paused, endedAt }: PromotionRecord) => ({
  ...definition,
  status,
  ...(paused && { paused }),
  ...(endedAt !== undefined && { endedAt }),
});

/** Strong entity tag (RFC 9110): every version has another one. */
export const etagOf = ({ version }: { version: number }) => `"${version}"`;

/** Whether `If-Match` (RFC 9110) names the version. */
export const isMatch = (ifMatch: string, record: { version: number }): boolean => {
  const tags = new Set(ifMatch.split(',').map((tag) => tag.trim()));
  return tags.has('*') || tags.has(etagOf(record));
};

/** The promotion as orders are priced by it; undefined if it was never approved. */
export function compiledOf(record: PromotionRecord): CompiledPromotion | undefined {
  const { promotionId, inForce, paused, endedAt, shards, limitsLowered } = record;
  if (!inForce) return undefined;
  const { codes, ...definition } = inForce.definition;
  return {
    ...definition,
    promotionId,
    version: inForce.version,
    approvedAt: Date.parse(inForce.approvedAt),
    ...(paused && { paused }),
    ...(endedAt !== undefined && { endedAt: Date.parse(endedAt) }),
    ...(codes && { codes: codesOf({ codes }) }),
    shards,
    ...(limitsLowered && { limitsLowered }),
  };
}

/** The shared codes in their normal form, each once. */
export const codesOf = ({ codes = [] }: Pick<PromotionDefinition, 'codes'>): string[] => [
  ...new Set(codes.map(normalCode)),
];

/** Reserves a shared code for a promotion, beside the item of a unique code. */
export const sharedCodeKey = (code: string): Key => ({ pk: `CODE#${code}`, sk: 'SHARED' });
export const SharedCode = z.object({ promotionId: z.string() });
