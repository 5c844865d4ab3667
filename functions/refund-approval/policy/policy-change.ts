import type { PolicyInForce, PolicyVersion } from '../refund/policy-store.ts';

export type PolicyDecision =
  | { kind: 'changed'; next: PolicyVersion }
  | { kind: 'unchanged'; current: PolicyInForce }
  | { kind: 'precondition-required' }
  | { kind: 'precondition-failed' };

export const etagOf = ({ version }: Pick<PolicyInForce, 'version'>) => `"${version}"`;

/**
 * Decides on a new policy. A change needs `If-Match`, except the first one. The content in force is no change whatever
 * `If-Match` says, because the caller may repeat a request whose response was lost (RFC 9110, 13.1.1).
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
