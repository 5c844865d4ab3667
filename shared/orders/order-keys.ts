/** Partition key of an order and its events. */
export const orderPartition = (orderId: string) => `ORDER#${orderId}`;
/** Key of the order's item. */
export const orderKey = (orderId: string) => ({ pk: orderPartition(orderId), sk: 'ORDER' });

/** Key of the record of an order that was accepted for later. */
export const intakeKey = (orderId: string) => ({ pk: orderPartition(orderId), sk: 'INTAKE' });

/** Shards per index key. A partition of DynamoDB takes 1,000 writes per second. */
const shardCount = 4;
export const shards = (key: string) => Array.from({ length: shardCount }, (_, shard) => `${key}#${shard}`);

/** The last character of an id, which is a hash, is evenly distributed. */
export const shardOf = (orderId: string) => orderId.charCodeAt(orderId.length - 1) % shardCount;

/**
 * Index of orders by customer: its name, its partition key attribute and the partition keys of a customer. A channel may send
 * one id for all its customers, so that an id has as many shards as a day. The first key has the orders from before
 * 2026-11-30.
 */
export const customerIndex = {
  name: 'byCustomer',
  attribute: 'customerKey',
  keysOf: (id: string) => [`CUSTOMER#${id}`, ...shards(`CUSTOMERS#${id}`)],
  keyOf: (id: string, orderId: string) => shards(`CUSTOMERS#${id}`)[shardOf(orderId)],
};

/**
 * Sparse index of orders by the e-mail address of their customer, in its normal form. As for `customerIndex`, the first key
 * has the orders from before 2026-11-30.
 */
export const emailIndex = {
  name: 'byEmail',
  attribute: 'emailKey',
  keysOf: (email: string) => [`EMAIL#${email}`, ...shards(`EMAIL#${email}`)],
};

/** Index of orders by status: its name, its partition key attribute and the partition keys of a status. */
export const statusIndex = {
  name: 'byStatus',
  attribute: 'statusKey',
  keysOf: (status: string) => shards(`STATUS#${status}`),
};

/** Other records in the status index. Their partition keys are no status. */
export const recordIndex = (type: 'ACCEPTED' | 'PLACEMENT' | 'SETTLEMENT') => ({
  ...statusIndex,
  keysOf: () => shards(type),
});

/** Sort key of the indexes of orders: time in UTC, order id, channel. */
export const placedKeyPattern = /^(?<at>[^#]+)#(?<orderId>ord_[0-9a-z]{26})#(?<channel>.+)$/;
