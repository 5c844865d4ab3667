import { normalEmail } from '../../../email.ts';
import { basisPoints } from '../amounts.ts';
import type { Cart, CompiledPromotion } from '../types.ts';

/**
 * Whether a customer is one of those who do not get the promotion, so that its effect can be measured. The e-mail address
 * decides where it is known, as a guest has no id. A customer who is not known cannot be followed, and gets the promotion.
 */
export function isHeldOut(
  { promotionId, holdoutShare = 0 }: Pick<CompiledPromotion, 'promotionId' | 'holdoutShare'>,
  customer: Cart['customer'],
): boolean {
  if (holdoutShare === 0) return false;
  const { email, id } = customer ?? {};
  const known = email === undefined ? id : normalEmail(email.trim());
  return known !== undefined && hashOf(`${promotionId}\0${known}`) % basisPoints < holdoutShare;
}

/** FNV-1a of 32 bits, with the finaliser of MurmurHash3: the remainders of similar texts are independent. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
