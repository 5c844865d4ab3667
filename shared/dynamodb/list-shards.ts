const shardCount = 4;

/**
 * Partition keys of an index that lists all items of a type. Items are distributed over four partitions, because one takes
 * 1,000 writes per second.
 */
export const listShards = (type: string) => ({
  keys: Array.from({ length: shardCount }, (_, shard) => `${type}#${shard}`),
  /** The partition key of the item with this id. */
  keyOf: (id: string) => `${type}#${Buffer.from(id).reduce((sum, byte) => sum + byte, 0) % shardCount}`,
});
