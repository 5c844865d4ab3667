import { canonicalHash } from '../../../shared/content-hash.ts';
import type { Movement } from '../../../shared/stock/movement.ts';

/** A movement with the time at which its message was sent, its file uploaded or its event published. Absent over HTTP. */
export type SubmittedMovement = Movement & { submittedAt?: string };

/** When a movement occurred. Undefined means now. */
export const occurredAtOf = ({ occurredAt, submittedAt }: SubmittedMovement): string | undefined =>
  occurredAt ?? submittedAt;

/** Hash of the content, which does not depend on when it was submitted; `stored` is that under the same movement id. */
export const contentHashOf = (movement: SubmittedMovement, stored?: string): string =>
  canonicalHash({ ...movement, submittedAt: undefined }, { stored });
