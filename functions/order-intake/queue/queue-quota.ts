import { problem } from '../../../shared/contracts/problem.ts';

/**
 * A channel's queued orders are counted in items of an hour, by shards: an item takes 1,000 writes per second. A count that a
 * crash left too high ends with its hour.
 */
const shardCount = 8;
const msPerHour = 3_600_000;

/** Where an order is counted while it is queued: a shard and an hour, such as `3#2026-03-01T12`. */
export const quotaCounterOf = (firstOrderId: string, now: number): string => {
  // As for `shardOf`: the last character of an id is evenly distributed.
  const shard = firstOrderId.charCodeAt(firstOrderId.length - 1) % shardCount;
  return `${shard}#${new Date(now).toISOString().slice(0, 13)}`;
};

export const quotaKey = (channel: string, counter: string) => ({
  pk: `QUEUED#${channel}#${counter.slice(0, counter.indexOf('#'))}`,
  sk: counter.slice(counter.indexOf('#') + 1),
});

/** The orders that one counter may have, so that all counters of a channel have at most `max`. */
export const shareOf = (max: number): number => Math.ceil(max / shardCount);

/** Time to live of a counter in seconds since the epoch. */
export const quotaExpiresAt = (now: number): number => Math.ceil((now + 2 * msPerHour) / 1000);

/** The response to orders above the quota of a channel. Nothing was written. */
export const tooManyQueuedOrders = problem(
  429,
  'too-many-queued-orders',
  'The channel has as many queued orders as its quota allows. Send these when some of them are decided.',
  {},
  { 'retry-after': '30' },
);
