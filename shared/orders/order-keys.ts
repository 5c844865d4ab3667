/** Partition of an order and of its events. */
export const orderPartition = (orderId: string) => `ORDER#${orderId}`;
/** Key of the order as it is now. */
export const orderKey = (orderId: string) => ({ pk: orderPartition(orderId), sk: 'ORDER' });

/** Indexes of orders spread a busy key over this many, as one partition takes 1,000 writes a second. */
const shardCount = 4;
export const shards = (key: string) => Array.from({ length: shardCount }, (_, shard) => `${key}#${shard}`);

/** Ids are hashes: their last character is as good as random. */
export const shardOf = (orderId: string) => orderId.charCodeAt(orderId.length - 1) % shardCount;

/** Orders of a customer: an index of keys, its key attribute, and the values to look under. */
export const customerIndex = {
  name: 'byCustomer',
  attribute: 'customerKey',
  keysOf: (id: string) => [`CUSTOMER#${id}`],
};

/** Orders by status: an index of keys, its key attribute, and the values to look under. */
export const statusIndex = {
  name: 'byStatus',
  attribute: 'statusKey',
  keysOf: (status: string) => shards(`STATUS#${status}`),
};

/** What else is found through that index, under keys that no status of an order has. */
export const besideStatuses = (what: 'ACCEPTED' | 'PLACEMENT' | 'SETTLEMENT') => ({
  ...statusIndex,
  keysOf: () => shards(what),
});

/** Sort key of the indexes of orders: the time in UTC, the order's id, its channel. */
export const placedKeyPattern = /^(?<at>[^#]+)#(?<orderId>ord_[0-9a-z]{26})#(?<channel>.+)$/;
