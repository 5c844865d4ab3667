import { combinationsOf, controls } from './separation.ts';
import type { Scope } from './scopes.ts';
import { ownValue } from '../input/own-value.ts';

/**
 * What the people of each department may do; a person's groups in the user pool are their departments. The order matters:
 * a person of several departments acts for the first of them.
 */
export const departments = {
  admin: {
    description: 'Runs the store',
    scopes: [
      'orders.write',
      'orders.read',
      'catalog.write',
      'catalog.read',
      'stock.write',
      'stock.read',
      'refunds.request',
      'refunds.decide',
      'promotions.write',
      'promotions.read',
      'reports.read',
      'reports.run',
      'policies.write',
      'ledger.read',
      'ledger.write',
      'ledger.close',
      'audit.read',
    ],
  },
  finance: {
    description: 'Runs and reads reports, decides on refunds',
    scopes: [
      'orders.read',
      'catalog.read',
      'reports.read',
      'reports.run',
      'ledger.read',
      'ledger.write',
      'ledger.close',
      'audit.read',
      'refunds.decide',
      'policies.write',
    ],
  },
  'service-lead': {
    description: 'Leads customer service: changes orders and decides on refunds',
    scopes: [
      'orders.read',
      'orders.write',
      'stock.read',
      'catalog.read',
      'promotions.read',
      'refunds.request',
      'refunds.decide',
    ],
  },
  service: {
    description: 'Customer service: looks after orders and requests refunds',
    scopes: ['orders.read', 'stock.read', 'catalog.read', 'promotions.read', 'refunds.request'],
  },
  merchandising: {
    description: 'Maintains products and prices',
    scopes: ['catalog.write', 'catalog.read', 'stock.read', 'promotions.read', 'reports.read'],
  },
  marketing: {
    description: 'Plans promotions',
    scopes: ['catalog.read', 'orders.read', 'promotions.write', 'promotions.read', 'reports.read'],
  },
  warehouse: {
    description: 'Receives, counts and ships stock',
    scopes: ['stock.write', 'stock.read', 'orders.read', 'catalog.read'],
  },
} as const satisfies Record<string, { description: string; scopes: readonly Scope[] }>;

/** The departments among a person's groups, in the order of the table. */
export const departmentsIn = (groups: readonly string[]) =>
  Object.entries(departments)
    .filter(([name]) => groups.includes(name))
    .map(([name, { scopes }]): { name: string; scopes: readonly Scope[] } => ({ name, scopes }));

/**
 * The scopes of a person: those of all their departments. None if they combine two parts in paying a refund that no
 * control keeps apart, so that a wrong assignment of groups gives no permission.
 */
export function scopesOfGroups(groups: readonly string[]): Scope[] {
  const granted = [...new Set(departmentsIn(groups).flatMap(({ scopes }) => scopes))];
  return combinationsOf(granted).every((combination) => ownValue(controls, combination)) ? granted : [];
}

const prefix = 'department.';

/**
 * Stands for the client id of a person in settings by client, such as channels: what a person may see follows from their
 * department, not from the application that they use. Client ids of a user pool have no dot.
 */
export const departmentClientId = (department: string) => `${prefix}${department}`;

/** Whether a caller is a person, and not a machine. */
export const isPersonId = (clientId: string) => clientId.startsWith(prefix);
