/** Partition of an order and of its events. */
export const orderPartition = (orderId: string) => `ORDER#${orderId}`;
/** Key of the order as it is now. */
export const orderKey = (orderId: string) => ({ pk: orderPartition(orderId), sk: 'ORDER' });
