/** How a caller was verified: as a person of the user pool, by a request of the AWS console, or by a machine's token. */
export type CallerKind = 'person' | 'console' | 'machine' | 'workflow';

const person = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const consolePrefix = 'aws:';

/** The kind of a verified identity. The user pool gives people UUIDs, and machines client ids without a hyphen. */
export function callerKindOf(id: string): CallerKind {
  if (person.test(id)) return 'person';
  if (id.startsWith(consolePrefix)) return 'console';
  return id.startsWith('storeworks.') ? 'workflow' : 'machine';
}

/**
 * The identity of a caller of the console: that of the user pool for a person whom the console found there, so that they are
 * one person here and over HTTP. Another name cannot be taken for one of the user pool.
 */
export const consoleIdentity = (id: string) =>
  person.test(id) || id.startsWith(consolePrefix) ? id : `${consolePrefix}${id}`;

/**
 * Whether two identities are certainly two people. Identities of different kinds may be one person: a person may hold a
 * machine's secret, and AWS does not report who pressed a button of a dashboard.
 */
export function areTwoPeople(first: string, second: string): boolean {
  const [kind, other] = [callerKindOf(first), callerKindOf(second)];
  return first !== second && (kind === other || kind === 'workflow' || other === 'workflow');
}
