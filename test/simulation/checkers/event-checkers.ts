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
        ([type, events]) =>
          `${events.length} ${type} never reached it: ${someOf(events.map(({ eventId }) => eventId))}`,
      ),
      ...(unknown.length > 0 ? [`${unknown.length} events were never committed: ${someOf(unknown)}`] : []),
    ];
  },
};

const copiesAreEqual: Checker = {
  name: 'an event in the lake equals the committed event',
  violations: ({ committed, lake }) => {
    const hashes = new Map(committed.map(({ eventId, hash }) => [eventId, hash]));
    const changed = lake.filter(({ eventId, hash }) => hashes.has(eventId) && hashes.get(eventId) !== hash);
    return changed.map(({ eventId, type, data }) => `${type} ${eventId} became ${JSON.stringify(data)}`);
  },
};

const redrivesFail: Checker = {
  name: 'no dead-letter queue holds a message that a redrive would process',
  violations: ({ deadLetters, notifiedByStaff }) => {
    // A payout that a chargeback overtook waits there until somebody has looked at the provider.
    const isAwaited = ({ bodies, heldAfterRedrive }: DeadLetters) =>
      heldAfterRedrive === 0 && bodies.every((body) => [...notifiedByStaff].some((refundId) => body.includes(refundId)));
    return deadLetters
      .filter((letters) => !isAwaited(letters))
      .map(
        // Nothing that the actors do is malformed, so whatever was parked is a mistake, also what fails again.
        ({ queue, held, bodies, heldAfterRedrive }) =>
          `${queue} held ${held} messages; ${held - heldAfterRedrive} of them succeeded when redriven: ${bodies[0]}`,
      );
  },
};

/** A sweep leaves no dead letter, and what it has done does not tell that it fails each time. */
const noFunctionFails: Checker = {
  name: 'no function fails after the faults end and the system is quiescent',
  violations: ({ failedInvocations }) =>
    [...Map.groupBy(failedInvocations, ({ functionName, error }) => `${functionName} ended with ${error}`)].map(
      ([what, times]) => `${what}, ${times.length} times`,
    ),
};

export const eventCheckers = [lakeIsComplete, copiesAreEqual, redrivesFail, noFunctionFails];
