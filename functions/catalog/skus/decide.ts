import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { isPermitted } from '../../../shared/contracts/entity-tag.ts';

/** A SKU as it is stored; `version` counts its changes from 1. */
export type StoredSku = { record: SkuRecord; version: number; contentHash: string; changedAt?: string };
export type Decision =
  | { kind: 'create' | 'replace'; next: StoredSku; current: StoredSku | undefined }
  | { kind: 'unchanged'; current: StoredSku }
  | { kind: 'precondition-failed' };

/** Decides whether a SKU is created, replaced or unchanged; it stays in its product and keeps its prices in lists. `ifMatch` is the If-Match header (RFC 9110). */
export function decide(
  wanted: { record: SkuRecord; contentHash: string },
  current: StoredSku | undefined,
  ifMatch: string | undefined,
): Decision {
  if (!isPermitted(ifMatch, current)) return { kind: 'precondition-failed' };
  if (!current) return { kind: 'create', next: { ...wanted, version: 1 }, current };
  if (current.contentHash === wanted.contentHash) return { kind: 'unchanged', current };
  const { product, prices } = current.record;
  const record = { ...wanted.record, product, prices };
  return { kind: 'replace', next: { record, contentHash: wanted.contentHash, version: current.version + 1 }, current };
}
