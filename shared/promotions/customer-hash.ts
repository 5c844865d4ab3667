import { hash } from 'node:crypto';
import { normalEmail } from '../email.ts';

export type Identity = { id?: string | undefined; email?: string | undefined };

/**
 * Hashes by which uses of a customer are counted, one of the id and one of the e-mail address: an order counts under both.
 * None for a guest with neither. `foldsEmailTags`: a tag after `+` is the same customer.
 */
export function customerHashes({ id, email }: Identity, { foldsEmailTags }: { foldsEmailTags: boolean }): string[] {
  const address = email === undefined ? undefined : normalEmail(email.trim());
  const folded = foldsEmailTags ? address?.replace(/\+[^@]*@/, '@') : address;
  const names = [...(id === undefined ? [] : [`id\0${id}`]), ...(folded === undefined ? [] : [`email\0${folded}`])];
  return names.map((name) => hash('sha256', name, 'base64url'));
}
