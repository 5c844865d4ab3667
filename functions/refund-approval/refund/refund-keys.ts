import type { RefundItem } from './refund-item.ts';

/** Partition of a refund and of its events. */
export const refundPartition = (refundId: string) => `REFUND#${refundId}`;
export const refundKey = (refundId: string) => ({ pk: refundPartition(refundId), sk: 'REFUND' });
/** What one parcel of a return brought. */
export const receiptPrefix = 'RECEIPT#';
export const receiptKey = (refundId: string, receiptId: string) => ({
  pk: refundPartition(refundId),
  sk: `${receiptPrefix}${receiptId}`,
});
/** What was drawn from the pots of an order. */
export const ledgerKey = (orderId: string) => ({ pk: `ORDER#${orderId}`, sk: 'ACCOUNT' });
/** Under which orders of a customer money was sent back; one item each, however often. */
export const customerPartition = (customerId: string) => `CUSTOMER#${customerId}`;
export const refundedOrderKey = (customerId: string, orderId: string) => ({
  pk: customerPartition(customerId),
  sk: `REFUNDED#${orderId}`,
});
export const policyKey = { pk: 'POLICY#refund', sk: 'POLICY' };
/** Versions of the policy sort as they were made. */
export const policyVersionPrefix = 'VERSION#';
export const policyVersionKey = (version: number) => ({
  pk: policyKey.pk,
  sk: `${policyVersionPrefix}${String(version).padStart(8, '0')}`,
});
export const policyVersionPattern = /^VERSION#\d{8}$/;

/** What refunds can be found by beside their id: an index of keys, and its key attribute. */
export const statusIndex = { name: 'byStatus', attribute: 'statusKey', keyOf: (status: string) => `STATUS#${status}` };
export const orderIndex = { name: 'byOrder', attribute: 'orderKey', keyOf: (orderId: string) => `ORDER#${orderId}` };
export type RefundIndex = { name: string; attribute: string; keyOf: (value: string) => string };

/** Sort key of all indexes: by time in UTC, then by id, which makes it unique. */
export const requestedKeyPattern = /^[^#]+#ref_[0-9a-z]{26}$/;

export const indexKeys = ({ refundId, status, orderId, requestedAt }: RefundItem) => ({
  [statusIndex.attribute]: statusIndex.keyOf(status),
  [orderIndex.attribute]: orderIndex.keyOf(orderId),
  requestedKey: `${new Date(requestedAt).toISOString()}#${refundId}`,
});
