/** Parts of a limit, one for each shard. They sum to the limit and differ by one at most. */
export const allotments = (limit: number, shards: number): number[] =>
  Array.from({ length: shards }, (_, shard) => Math.floor(limit / shards) + (shard < limit % shards ? 1 : 0));

/**
 * The allotments that a limit leaves beside these used counts, after it may have been lowered: a shard that used more than
 * its part keeps what it used, and the others share the rest. The used part never exceeds the limit then, because a shard
 * above its part only falls, which only raises the parts of the others.
 */
export function openAllotments(limit: number, used: readonly number[]): number[] {
  const most = [...used];
  let open = used.map((_, shard) => shard);
  let rest = limit;
  for (;;) {
    const parts = allotments(Math.max(0, rest), open.length);
    const above = open.filter((shard, index) => (used[shard] ?? 0) > (parts[index] ?? 0));
    if (above.length === 0) {
      for (const [index, shard] of open.entries()) most[shard] = parts[index] ?? 0;
      return most;
    }
    for (const shard of above) rest -= used[shard] ?? 0;
    open = open.filter((shard) => !above.includes(shard));
    if (open.length === 0) return most;
  }
}

/**
 * Distributes `count` over shards with this room: one shard if possible, the first from `seed` on, else those with most
 * room. Undefined if there is too little room.
 */
export function spread(
  count: number,
  room: readonly number[],
  seed: number,
): { shard: number; count: number }[] | undefined {
  if (count <= 0) return [];
  const inTurn = room.map((_, index) => (index + seed) % room.length);
  const whole = inTurn.find((shard) => (room[shard] ?? 0) >= count);
  if (whole !== undefined) return [{ shard: whole, count }];
  const shares: { shard: number; count: number }[] = [];
  let left = count;
  for (const shard of inTurn.toSorted((a, b) => (room[b] ?? 0) - (room[a] ?? 0))) {
    const share = Math.min(left, Math.max(0, room[shard] ?? 0));
    if (share === 0) break;
    shares.push({ shard, count: share });
    left -= share;
  }
  return left === 0 ? shares : undefined;
}
