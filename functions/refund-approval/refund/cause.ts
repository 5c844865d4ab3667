import type { Cause, Metadata } from '../../../shared/contracts/define-event.ts';

/** Who changes refunds without being asked by a person. */
export const actor = 'storeworks.refund-approval';

/** What follows from an event. */
export const causedBy = ({ eventId, correlationId }: Metadata, now: number): Cause => ({
  actor,
  correlationId,
  causationId: eventId,
  now,
});
