/** How a caller was verified: a person's token, the identity that AWS reports in its console, or a machine's token. */
export type CallerKind = 'person' | 'console' | 'machine' | 'workflow';

const person = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const consolePrefix = 'aws:';

/** The kind of a verified identity. The user pool gives people UUIDs, and machines client ids without a hyphen. */
export function callerKindOf(id: string): CallerKind {
  if (person.test(id)) return 'person';
  if (id.startsWith(consolePrefix)) return 'console';
  return id.startsWith('storeworks.') ? 'workflow' : 'machine';
}

/** The identity of a caller that AWS reports. It cannot be taken for one of the user pool. */
export const consoleIdentity = (name: string) => (name.startsWith(consolePrefix) ? name : `${consolePrefix}${name}`);

/**
 * Whether two identities are certainly two people. Identities of different kinds may be one person: a person may hold a
 * machine's secret, and their name in the AWS console is not that of the user pool.
 */
export function areTwoPeople(first: string, second: string): boolean {
  const [kind, other] = [callerKindOf(first), callerKindOf(second)];
  return first !== second && (kind === other || kind === 'workflow' || other === 'workflow');
}
