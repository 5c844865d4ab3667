import { contentHash } from '../../shared/ids.ts';
import type { Movement } from '../../shared/stock/movement.ts';

/** A movement, and when it was sent as a message, dropped in a file or told by an event. Over HTTP that is now. */
export type SentMovement = Movement & { sentAt?: string };

/** When a movement happened; undefined is now. */
export const happenedAt = ({ occurredAt, sentAt }: SentMovement): string | undefined => occurredAt ?? sentAt;

/** Hash of what the caller says, which is the same whenever it is sent. */
export const hashOf = (movement: SentMovement): string => contentHash({ ...movement, sentAt: undefined });
