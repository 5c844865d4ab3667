import type { DeadLetters } from './dead-letters.ts';
import type { Checker } from './checkers.ts';

const someOf = (ids: readonly string[]) => `${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', …' : ''}`;

const lakeIsComplete: Checker = {
  name: 'the lake without duplicates contains every committed event and no other',
  violations: ({ committed, lake }) => {
    const inLake = new Set(lake.map(({ eventId }) => eventId));
    const inTables = new Set(committed.map(({ eventId }) => eventId));
    const missing = committed.filter(({ eventId }) => !inLake.has(eventId));
    const unknown = [...inLake].filter((eventId) => !inTables.has(eventId));
    return [
      ...[...Map.groupBy(missing, ({ type }) => type)].map(
        ([type, events]) => `${events.length} ${type} are missing: ${someOf(events.map(({ eventId }) => eventId))}`,
      ),
      ...(unknown.length > 0 ? [`${unknown.length} events in the lake were not committed: ${someOf(unknown)}`] : []),
    ];
  },
};

const copiesAreEqual: Checker = {
  name: 'an event in the lake equals the committed event',
  violations: ({ committed, lake }) => {
    const hashes = new Map(committed.map(({ eventId, hash }) => [eventId, hash]));
    const changed = lake.filter(({ eventId, hash }) => hashes.has(eventId) && hashes.get(eventId) !== hash);
    return changed.map(({ eventId, type, data }) => `${type} ${eventId} is in the lake as ${JSON.stringify(data)}`);
  },
};

/**
 * The clock of a run jumps by days, so that the nightly check of the ledger finds orders whose placement is a day late. It
 * must find no sum that differs.
 */
const isNoticeOfWaiting = ({ queue, bodies }: DeadLetters) =>
  queue.includes('LedgerDifferenceFound') && bodies.every((body) => body.includes('"differences":[]'));

/** For the same reason, the checks in the morning find reports and insights that are not there yet. A run that failed is a defect. */
const isNoticeOfReports = ({ queue, bodies }: DeadLetters) =>
  /(?:Reports|Insights)Overdue/.test(queue) && bodies.every((body) => !body.includes('"status":"failed"'));

const redrivesFail: Checker = {
  name: 'no dead-letter queue holds a message that a redrive would process',
  violations: ({ deadLetters, notifiedByStaff }) => {
    // A payout with an open chargeback stays in the queue until staff look up its result at the provider.
    const isExpected = ({ bodies, heldAfterRedrive }: DeadLetters) =>
      heldAfterRedrive === 0 &&
      bodies.every((body) => [...notifiedByStaff].some((refundId) => body.includes(refundId)));
    return deadLetters
      .filter((letters) => !isExpected(letters) && !isNoticeOfWaiting(letters) && !isNoticeOfReports(letters))
      .map(
        // The actors send no malformed messages, so every other dead letter is a defect, even if its redrive fails.
        ({ queue, held, bodies, heldAfterRedrive }) =>
          `${queue} held ${held} messages; ${held - heldAfterRedrive} of them succeeded when redriven: ${bodies[0]}`,
      );
  },
};

const looserPoliciesAreNoticed: Checker = {
  name: 'each looser refund policy raises a notice, and no other policy does',
  violations: ({ committed, policyNotices }) => {
    const changes = committed.filter(({ type }) => type === 'RefundPolicyChanged');
    const looser = changes.filter(({ data }) => data.isLooser === true).map(({ eventId }) => eventId);
    const noticed = new Set(policyNotices);
    return [
      ...(looser.length === 1 && changes.length === 2 ? [] : [`${looser.length} of ${changes.length} are looser`]),
      ...looser.filter((eventId) => !noticed.has(eventId)).map((eventId) => `${eventId} raised no notice`),
      ...[...noticed].filter((eventId) => !looser.includes(eventId)).map((eventId) => `${eventId} raised a notice`),
    ];
  },
};

/** A failing sweep leaves no dead letter and may still complete its work, so its invocations are checked. */
const noFunctionFails: Checker = {
  name: 'no function fails after the faults end and the system is quiescent',
  violations: ({ failedInvocations }) =>
    [...Map.groupBy(failedInvocations, ({ functionName, error }) => `${functionName} failed with ${error}`)].map(
      ([what, times]) => `${what}, ${times.length} times`,
    ),
};

export const eventCheckers = [lakeIsComplete, copiesAreEqual, redrivesFail, looserPoliciesAreNoticed, noFunctionFails];
