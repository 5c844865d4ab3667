/** Limit of DynamoDB: actions in one transaction. */
export const maxActionsPerTransaction = 100;

/** Limit of DynamoDB: 400 KB per item, less the event's metadata. An order is larger as JSON than as an item. */
const maxItemBytes = 400_000;

/** Whether the value exceeds the size of one item. */
export const isTooLarge = (item: unknown) => Buffer.byteLength(JSON.stringify(item)) > maxItemBytes;
