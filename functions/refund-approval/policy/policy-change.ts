import type { RefundPolicy } from '../requests/judge.ts';

/** Version 0 is the default that holds until staff set their own. */
export type PolicyInForce = { version: number; content: RefundPolicy };
/** A version that staff made: by whom, when and from which address. */
export type PolicyVersion = PolicyInForce & { by: string; at: string; from: string };

export type PolicyDecision =
  | { kind: 'changed'; next: PolicyVersion }
  | { kind: 'unchanged'; current: PolicyInForce }
  | { kind: 'precondition-required' }
  | { kind: 'precondition-failed' };

export const etagOf = ({ version }: Pick<PolicyInForce, 'version'>) => `"${version}"`;

/**
 * What becomes of a wish for another policy. Once staff have set one, a change says by `If-Match` what it changes. The
 * content in force again is no change, whatever it says: its caller may have missed the first answer (RFC 9110, 13.1.1).
 */
export function changePolicy(
  wanted: Omit<PolicyVersion, 'version'>,
  current: PolicyInForce,
  isSame: boolean,
  ifMatch: string | undefined,
): PolicyDecision {
  if (isSame && current.version > 0) return { kind: 'unchanged', current };
  if (ifMatch === undefined && current.version > 0) return { kind: 'precondition-required' };
  const tags = ifMatch?.split(',').map((tag) => tag.trim());
  if (tags && !tags.includes('*') && !tags.includes(etagOf(current))) return { kind: 'precondition-failed' };
  return { kind: 'changed', next: { ...wanted, version: current.version + 1 } };
}
