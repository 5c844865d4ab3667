import assert from 'node:assert';
import { personalFieldsOf, withoutPersonal } from '../../../shared/contracts/personal-data.ts';
import { contentHash } from '../../../shared/ids.ts';
import { Receipt, RefundItem } from '../refund/refund-item.ts';

const refundFields = personalFieldsOf(RefundItem);
const receiptFields = personalFieldsOf(Receipt);

/** The next version of a refund without customer id, notes and comments; undefined if it has none. */
export function eraseRefund(refund: RefundItem): RefundItem | undefined {
  assert(refundFields, 'A refund has personal fields');
  const erased = RefundItem.parse(withoutPersonal(refund, refundFields));
  return contentHash(erased) === contentHash(refund) ? undefined : { ...erased, version: refund.version + 1 };
}

/** A receipt without notes; undefined if it has none. */
export function eraseReceipt(receipt: Receipt): Receipt | undefined {
  assert(receiptFields, 'A receipt has personal fields');
  const erased = Receipt.parse(withoutPersonal(receipt, receiptFields));
  return contentHash(erased) === contentHash(receipt) ? undefined : erased;
}
