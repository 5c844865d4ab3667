import type { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import { areLowered, shardsFor } from '../../../shared/promotions/limit-counters.ts';
import { needsApproval } from './approval-policy.ts';
import type { PromotionRecord } from './promotion-record.ts';

type Who = { by: string; /** Milliseconds. */ now: number };
type Policy = { thresholds: Readonly<Partial<Record<string, number>>> | undefined; storeZone: string };

/** The next version of a promotion. */
const nextVersion = (current: PromotionRecord, { by, now }: Who): PromotionRecord => ({
  ...current,
  version: current.version + 1,
  changedBy: by,
  changedAt: new Date(now).toISOString(),
});

/** A promotion with another definition: a draft, waiting for an approval, or in force. */
export function withDefinition(
  current: PromotionRecord | undefined,
  {
    promotionId,
    definition,
    draft,
    contentHash,
  }: { promotionId: string; definition: PromotionDefinition; draft: boolean; contentHash: string },
  who: Who & Policy,
): PromotionRecord {
  const { by, now } = who;
  const at = new Date(now).toISOString();
  const first: PromotionRecord = {
    promotionId,
    version: 0,
    definition,
    status: 'draft',
    authors: [],
    shards: 1,
    contentHash,
    createdBy: by,
    createdAt: at,
    changedBy: by,
    changedAt: at,
  };
  const { approval: _before, ...record } = nextVersion(current ?? first, who);
  const authors = [...new Set([...record.authors, by])];
  // Counters are not split: orders may have claims of it.
  const shards = record.inForce ? record.shards : shardsFor(definition);
  const drafted: PromotionRecord = { ...record, definition, status: 'draft', authors, shards };
  return draft ? drafted : submitted(drafted, who);
}

/** The promotion after its draft was submitted: in force, or waiting for an approval. The version is that of the draft. */
function submitted(draft: PromotionRecord, { thresholds, storeZone, by, now }: Who & Policy): PromotionRecord {
  const isPending = needsApproval(draft.definition, draft.inForce?.definition, thresholds, storeZone);
  if (!isPending) return inForce(draft, now);
  const requestedAt = new Date(now).toISOString();
  return { ...draft, status: 'pending-approval', approval: { status: 'pending', requestedBy: by, requestedAt } };
}

const inForce = (record: PromotionRecord, now: number): PromotionRecord => ({
  ...record,
  status: 'approved',
  inForce: { definition: record.definition, version: record.version, approvedAt: new Date(now).toISOString() },
  ...((record.limitsLowered || (record.inForce && areLowered(record.inForce.definition, record.definition))) && {
    limitsLowered: true,
  }),
  authors: [],
});

export const withSubmission = (current: PromotionRecord, who: Who & Policy): PromotionRecord =>
  submitted(nextVersion(current, who), who);

export function withApproval(current: PromotionRecord, { by, now }: Who, comment?: string): PromotionRecord {
  const next = nextVersion(current, { by, now });
  const decided = { decidedBy: by, decidedAt: next.changedAt, ...(comment !== undefined && { comment }) };
  const requested = current.approval ?? { requestedBy: current.changedBy, requestedAt: current.changedAt };
  return inForce({ ...next, approval: { ...requested, status: 'approved', ...decided } }, now);
}

export function withRejection(current: PromotionRecord, { by, now }: Who, comment?: string): PromotionRecord {
  const next = nextVersion(current, { by, now });
  const decided = { decidedBy: by, decidedAt: next.changedAt, ...(comment !== undefined && { comment }) };
  const requested = current.approval ?? { requestedBy: current.changedBy, requestedAt: current.changedAt };
  return { ...next, status: 'draft', approval: { ...requested, status: 'rejected', ...decided } };
}

export const withPause = (current: PromotionRecord, who: Who): PromotionRecord => ({
  ...nextVersion(current, who),
  paused: true,
});

export function withoutPause(current: PromotionRecord, who: Who): PromotionRecord {
  const { paused: _paused, ...record } = nextVersion(current, who);
  return record;
}

export const withEnd = (current: PromotionRecord, who: Who): PromotionRecord => {
  const next = nextVersion(current, who);
  return { ...next, endedAt: next.changedAt };
};
