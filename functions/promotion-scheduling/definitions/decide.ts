import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import type { PromotionContent } from '../../../shared/contracts/promotions/promotion.ts';
import { contentHash } from '../../../shared/ids.ts';
import { normalCode } from '../../../shared/pricing/promotions/coupon-code.ts';
import { codesOf, isMatch, type PromotionRecord } from '../promotion/promotion-record.ts';
import type { PromotionSnapshot } from '../promotion/promotion-store.ts';
import { endOf, stateAt } from '../promotion/promotion-timing.ts';
import { withDefinition } from '../promotion/transitions.ts';
import { contentErrors } from './content-rules.ts';
import { referenceErrors, type References } from './reference-rules.ts';

export type SaveDecision =
  | { kind: 'create' | 'replace'; next: PromotionRecord }
  | { kind: 'already-created' | 'unchanged'; current: PromotionRecord }
  | { kind: 'exists' | 'unknown' | 'ended' | 'precondition-required' | 'precondition-failed' }
  | { kind: 'invalid'; errors: FieldError[] };

export type SaveContext = {
  snapshot: PromotionSnapshot;
  references: References;
  /** Budgets above which a second person approves, by currency. */
  thresholds: Readonly<Partial<Record<string, number>>> | undefined;
  storeZone: string;
  by: string;
  /** Milliseconds. */
  now: number;
};

/** A transaction has at most 100 actions. */
const maxChangedCodes = 80;
/** A promotion that ended can be referred to by queued orders until then. */
const codeDays = 31;
const dayMs = 86_400_000;
/** Far below the limit of an item, as its data is compressed. */
const maxDefinitionBytes = 300_000;

/** Decides on a new promotion. A repeated request with the same content is no change. */
export function decideCreate(promotionId: string, content: PromotionContent, context: SaveContext): SaveDecision {
  const { current } = context.snapshot;
  const hash = contentHash({ promotionId, ...content });
  if (current) return current.contentHash === hash ? { kind: 'already-created', current } : { kind: 'exists' };
  return decideContent(promotionId, content, hash, context);
}

/** Decides on a replacement, which needs `If-Match`. The content that it has is no change. */
export function decideReplace(
  promotionId: string,
  content: PromotionContent,
  ifMatch: string | undefined,
  context: SaveContext,
): SaveDecision {
  const { current } = context.snapshot;
  if (!current) return { kind: 'unknown' };
  const { draft, ...definition } = content;
  const isSame = contentHash(definition) === contentHash(current.definition) && draft === (current.status === 'draft');
  if (isSame) return { kind: 'unchanged', current };
  if (ifMatch === undefined) return { kind: 'precondition-required' };
  if (!isMatch(ifMatch, current)) return { kind: 'precondition-failed' };
  if (stateAt(current, context.storeZone, context.now) === 'ended' && current.inForce) return { kind: 'ended' };
  return decideContent(promotionId, content, current.contentHash, context);
}

function decideContent(
  promotionId: string,
  { draft, ...definition }: PromotionContent,
  hash: string,
  context: SaveContext,
): SaveDecision {
  const { thresholds, storeZone, by, now } = context;
  const { current } = context.snapshot;
  const errors = errorsOf(promotionId, definition, context);
  if (errors.length > 0) return { kind: 'invalid', errors };
  const given = { promotionId, definition, draft, contentHash: hash };
  const next = withDefinition(current, given, { thresholds, storeZone, by, now });
  return { kind: current ? 'replace' : 'create', next };
}

/** The promotion as it would be saved, or what is wrong with it. */
export function checkContent(
  promotionId: string,
  definition: PromotionDefinition,
  context: SaveContext,
): { next: PromotionRecord } | { errors: FieldError[] } {
  const { snapshot, thresholds, storeZone, by, now } = context;
  const errors = errorsOf(promotionId, definition, context);
  if (errors.length > 0) return { errors };
  const given = { promotionId, definition, draft: false, contentHash: '' };
  return { next: withDefinition(snapshot.current, given, { thresholds, storeZone, by, now }) };
}

function errorsOf(
  promotionId: string,
  definition: PromotionDefinition,
  { snapshot, references, storeZone, now }: SaveContext,
): FieldError[] {
  const errors = [
    ...contentErrors(definition, storeZone),
    ...referenceErrors(definition, references),
    ...codeErrors(promotionId, definition, snapshot, storeZone, now),
  ];
  if (Buffer.byteLength(JSON.stringify(definition)) <= maxDefinitionBytes) return errors;
  const detail = `A promotion has at most ${maxDefinitionBytes} bytes. Use categories instead of SKUs.`;
  return [...errors, { pointer: '', detail }];
}

/** Codes of other promotions, and too many changes of codes at once. */
function codeErrors(
  promotionId: string,
  definition: PromotionDefinition,
  { current, codeOwners, owners }: PromotionSnapshot,
  storeZone: string,
  now: number,
): FieldError[] {
  const taken = (definition.codes ?? []).flatMap((code, index): FieldError[] => {
    const owner = codeOwners.get(normalCode(code));
    if (owner === undefined || owner === promotionId) return [];
    const record = owners.get(owner);
    const freeAt = record && freeFrom(record, storeZone);
    if (freeAt !== undefined && freeAt <= now) return [];
    const until = freeAt === undefined || freeAt === Infinity ? '' : ` until ${new Date(freeAt).toISOString()}`;
    return [
      {
        pointer: `/codes/${index}`,
        detail: `${code} is a code of the promotion ${owner}${until}. Choose another one.`,
      },
    ];
  });
  const wanted = new Set(codesOf(definition));
  const had = new Set(current ? codesOf(current.definition) : []);
  const changes =
    [...wanted].filter((code) => !had.has(code)).length + [...had].filter((code) => !wanted.has(code)).length;
  return changes > maxChangedCodes
    ? [
        ...taken,
        {
          pointer: '/codes',
          detail: `At most ${maxChangedCodes} codes are changed at once. Change some, then the others.`,
        },
      ]
    : taken;
}

/** From when on another promotion may have the codes, in milliseconds. */
function freeFrom({ inForce, definition, endedAt }: PromotionRecord, storeZone: string): number {
  const timed = {
    schedule: (inForce?.definition ?? definition).schedule,
    endedAt: endedAt === undefined ? undefined : Date.parse(endedAt),
  };
  return endOf(timed, storeZone) + codeDays * dayMs;
}
