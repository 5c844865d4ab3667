import type { Known } from './decide.ts';

const msPerHour = 3_600_000;

/** When a request that is made now ends undecided. */
export const deadlineOf = ({ policy }: Pick<Known, 'policy'>, now: number): string =>
  new Date(now + policy.content.waiting.expireAfterHours * msPerHour).toISOString();
