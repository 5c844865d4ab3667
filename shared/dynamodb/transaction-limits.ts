/** Actions that DynamoDB takes in one transaction. */
export const maxActionsPerTransaction = 100;

/** DynamoDB's 400 KB of an item, less what an event is wrapped in. As JSON, an order is larger than as an item. */
const maxItemBytes = 400_000;

/** Whether this is too large to be kept as one item. */
export const isTooLarge = (item: unknown) => Buffer.byteLength(JSON.stringify(item)) > maxItemBytes;
