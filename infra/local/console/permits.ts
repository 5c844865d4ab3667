import type { Iam } from '../iam/iam.ts';
import type { Person } from './sessions.ts';

/** Whether a person's permission set allows an action on a resource. */
export type Permits = (person: Person, action: string, resource: string) => boolean;

export const permitsBy =
  (iam: Pick<Iam, 'allows'>): Permits =>
  ({ policies }, action, resource) =>
    iam.allows(policies, { action, resource });
