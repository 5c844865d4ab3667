import type { RefundItem } from './refund-item.ts';

/** The partition of a refund, its events and its receipts. */
export const refundPartition = (refundId: string) => `REFUND#${refundId}`;
export const refundKey = (refundId: string) => ({ pk: refundPartition(refundId), sk: 'REFUND' });
export const receiptPrefix = 'RECEIPT#';
export const receiptKey = (refundId: string, receiptId: string) => ({
  pk: refundPartition(refundId),
  sk: `${receiptPrefix}${receiptId}`,
});
/** One item per refunded order of a customer, however many refunds the order has. */
export const customerPartition = (customerId: string) => `CUSTOMER#${customerId}`;
export const refundedOrderKey = (customerId: string, orderId: string) => ({
  pk: customerPartition(customerId),
  sk: `REFUNDED#${orderId}`,
});
export const policyKey = { pk: 'POLICY#refund', sk: 'POLICY' };
/** Versions are padded, so that they sort by number. */
export const policyVersionPrefix = 'VERSION#';
export const policyVersionKey = (version: number) => ({
  pk: policyKey.pk,
  sk: `${policyVersionPrefix}${String(version).padStart(8, '0')}`,
});
export const policyVersionPattern = /^VERSION#\d{8}$/;
/** Requested changes, by the version that they are based on. */
export const policyChangePrefix = 'CHANGE#';
export const policyChangeKey = (changeId: string) => ({ pk: policyKey.pk, sk: `${policyChangePrefix}${changeId}` });
export const policyChangePattern = /^CHANGE#pch_\d{8}_[0-9a-z]{26}$/;

/** Indexes of keys only: name, partition key attribute, and partition key of a value. */
export const statusIndex = { name: 'byStatus', attribute: 'statusKey', keyOf: (status: string) => `STATUS#${status}` };
export const orderIndex = { name: 'byOrder', attribute: 'orderKey', keyOf: (orderId: string) => `ORDER#${orderId}` };
export type RefundIndex = { name: string; attribute: string; keyOf: (value: string) => string };

/** Sort key of both indexes: the time of the request in UTC, the id, and the channel, which keys before 2026-11-30 lack. */
export const requestedKeyPattern = /^[^#]+#(?<refundId>ref_[0-9a-z]{26})(?:#(?<channel>.+))?$/;

type Requested = Pick<RefundItem, 'requestedAt' | 'refundId' | 'channel'>;
const requestedKeyOf = ({ requestedAt, refundId, channel }: Requested) =>
  `${new Date(requestedAt).toISOString()}#${refundId}#${channel}`;
export function requestedKeyParts(key: string): { refundId: string; channel?: string | undefined } {
  const { refundId = '', channel } = requestedKeyPattern.exec(key)?.groups ?? {};
  return { refundId, channel };
}

export const indexKeys = (refund: RefundItem) => ({
  [statusIndex.attribute]: statusIndex.keyOf(refund.status),
  [orderIndex.attribute]: orderIndex.keyOf(refund.orderId),
  requestedKey: requestedKeyOf(refund),
});
