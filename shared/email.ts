import * as z from 'zod';

/** Dot-atom of RFC 5322, with the letters of any language (RFC 6531); dots neither lead, trail nor repeat. */
const localPart = /^(?!\.)(?!.*\.\.)[\p{L}\p{M}\p{N}_'+\-.!#$%&*/=?^`{|}~]*[\p{L}\p{M}\p{N}_'+\-!#$%&*/=?^`{|}~]$/u;
/** A domain with two labels or more; the last one is no number. */
const domainPart = /^(?:[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*\.)+(?!\p{N}+$)[\p{L}][\p{L}\p{M}\p{N}-]+$/u;

const partsOf = (email: string): [string, string] => {
  const at = email.lastIndexOf('@');
  return [email.slice(0, at), email.slice(at + 1)];
};

/** An e-mail address, also an international one (RFC 6531). It is stored as sent, and compared by `normalEmail`. */
export const Email = z
  .string()
  .max(254)
  .refine(isEmail, 'An e-mail address has the form ada@example.com')
  .meta({ format: 'idn-email', example: 'ada@example.com' });

/** The domain in Punycode and lower case (WHATWG URL); undefined if it has a label that IDNA does not allow. */
const asciiDomain = (domain: string): string | undefined => URL.parse(`http://${domain}`)?.hostname;

function isEmail(email: string): boolean {
  const [local, domain] = partsOf(email.normalize('NFC'));
  return localPart.test(local) && domainPart.test(domain) && asciiDomain(domain) !== undefined;
}

/**
 * The form in which e-mail addresses are compared: Unicode NFC, the domain in ASCII (Punycode), all in lower case.
 * Mail servers may distinguish the case of the local part (RFC 5321), but no usual provider does.
 */
export function normalEmail(email: string): string {
  const [local, domain] = partsOf(email.normalize('NFC'));
  return `${local.toLowerCase()}@${asciiDomain(domain) ?? domain.toLowerCase()}`.normalize('NFC');
}

/** Domain of an address, in the normal form. */
export const emailDomain = (email: string): string => partsOf(normalEmail(email))[1];
