import assert from 'node:assert/strict';
import type { Cause, EventOf } from '../../../shared/contracts/define-event.ts';
import type { PromotionClaimCheckRequested } from '../../../shared/contracts/promotions/claim-events.ts';
import type { Key } from '../../../shared/dynamodb/database.ts';
import { isLimited, nameOf } from '../../../shared/promotions/limit-counters.ts';
import type { ClaimCheckRequests } from './claim-check-request-store.ts';
import type { ClaimCheckStore } from './claim-check-store.ts';
import { addHeld, compareClaims, confirmed, type CounterDifference, type Held } from './compare-claims.ts';

/** Pause before each pass, in seconds: the index of orders is eventually consistent. */
const pausesSeconds = [0, 1, 4, 10];

const maxErrorLength = 500;

type ClaimCheck = {
  counters: number;
  /** Counters that were set to what the orders hold. */
  repaired: CounterDifference[];
  /** Counters that changed in every pass, or whose difference no other pass found. */
  notCompared: number;
};

/**
 * Adds up what orders hold of the limits of promotions, and sets counters that differ. Orders continue meanwhile: a counter
 * that changes while they are read, or differs, is compared again, and two passes must find the same difference. An order
 * that cannot be read fails the check before it repairs anything.
 */
export async function checkClaims(
  store: ClaimCheckStore,
  checkId: string,
  cause: Cause,
  pause: (ms: number) => Promise<unknown>,
  request: { requestedAt?: string | undefined; requestedBy?: string | undefined } = {},
): Promise<ClaimCheck> {
  const limited = (await store.promotions()).filter(isLimited);
  const ids = limited.map(({ promotionId }) => promotionId);
  const from = await store.firstPlaced(ids, cause.now);
  const repaired: CounterDifference[] = [];
  let customers: Key[] = [];
  let counters = 0;
  let seen: CounterDifference[] = [];
  let open: ReadonlySet<string> = new Set();
  for (const seconds of limited.length > 0 ? pausesSeconds : []) {
    await pause(seconds * 1000);
    const before = [...(await store.sharedCounters(ids)), ...(await store.counters(customers))];
    const held: Held = new Map();
    for await (const claims of store.claimsSince(from)) addHeld(held, claims);
    // A counter of a customer is compared if an order holds it in this pass and the one before.
    const known = new Set(customers.map(nameOf));
    const ofCustomers = [...held.values()].filter(({ pk }) => pk.startsWith('CUSTOMER#'));
    const fresh = ofCustomers.filter((each) => !known.has(nameOf(each)));
    for (const each of fresh) held.delete(nameOf(each));
    const ofEnded = [...held.values()].filter(
      ({ pk }) => pk.startsWith('LIMIT#') && !ids.includes(pk.slice('LIMIT#'.length)),
    );
    for (const each of ofEnded) held.delete(nameOf(each));
    const after = [...(await store.sharedCounters(ids)), ...(await store.counters(customers))];
    const { differences, changed, compared } = compareClaims(before, held, after);
    const done = new Set<string>();
    for (const difference of confirmed(seen, differences)) {
      if ((await store.repair(difference, checkId, cause)) === 'done') {
        repaired.push(difference);
        done.add(nameOf(difference));
      }
    }
    seen = differences.filter((each) => !done.has(nameOf(each)));
    open = new Set([...changed.map(nameOf), ...seen.map(nameOf)]);
    counters = compared;
    customers = ofCustomers.map(({ pk, sk }) => ({ pk, sk }));
    if (open.size === 0 && fresh.length === 0) break;
  }
  const result = { counters, repaired, notCompared: open.size };
  const checkedAt = new Date(cause.now).toISOString();
  await store.record(checkId, { ...request, ...result, status: 'completed', checkedAt });
  return result;
}

type Stores = { checks: ClaimCheckStore; requests: Pick<ClaimCheckRequests, 'read'> };

/**
 * Makes a check that staff asked for. A repeated message does not make a completed one again, so that its record keeps what
 * was repaired. A failure is recorded, and retried.
 */
export const requestedCheck =
  ({ checks, requests }: Stores, { pause, clock }: { pause: (ms: number) => Promise<unknown>; clock: () => number }) =>
  async ({ detail: { data, metadata } }: EventOf<typeof PromotionClaimCheckRequested>): Promise<void> => {
    const { checkId } = data;
    const record = await requests.read(checkId);
    assert(record, `The check ${checkId} is recorded before its event is published.`);
    if (record.status === 'completed') return;
    const { requestedAt, requestedBy } = record;
    const cause = {
      actor: 'storeworks.promotion-scheduling',
      correlationId: metadata.correlationId,
      causationId: metadata.eventId,
      now: clock(),
    };
    try {
      await checkClaims(checks, checkId, cause, pause, { requestedAt, requestedBy });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const failed = { status: 'failed', requestedAt, requestedBy, error: reason.slice(0, maxErrorLength) };
      await checks.record(checkId, failed);
      throw error;
    }
  };
