import { describe, expect, test } from 'vitest';
import { departments, departmentsIn, isPersonId, scopesOfGroups } from '../../../shared/access/departments.ts';
import { assertStaffSeparation, controls } from '../../../shared/access/separation.ts';
import { store } from '../../../infra/store.ts';

describe('the scopes of a person', () => {
  test.each(Object.entries(departments))('of %s are those of the department', (name, { scopes }) => {
    expect(scopesOfGroups([name])).toEqual(scopes);
  });

  test.each([
    ['no group', []],
    ['an unknown group', ['board']],
    ['a group of a federated provider', ['eu-west-1_AbCdEf_Directory']],
    ['a name of an object’s prototype', ['constructor', '__proto__', 'toString']],
    ['another spelling', ['Finance', 'finance ', 'FINANCE']],
  ])('of %s are none', (_what, groups) => expect(scopesOfGroups(groups)).toEqual([]));

  test('of several departments are those of all, and unknown groups add none', () => {
    const granted = scopesOfGroups(['marketing', 'board', 'warehouse']);
    expect(new Set(granted)).toEqual(new Set([...departments.marketing.scopes, ...departments.warehouse.scopes]));
    expect(granted).toHaveLength(new Set(granted).size);
  });

  test('are none if the departments combine parts in paying a refund without a control', () => {
    const control = controls['decide+request'];
    try {
      delete controls['decide+request'];
      expect(scopesOfGroups(['service', 'finance'])).toEqual([]);
      expect(scopesOfGroups(['service'])).toEqual(departments.service.scopes);
      expect(() => assertStaffSeparation(departments)).toThrow('admin combines decide+request');
    } finally {
      if (control) controls['decide+request'] = control;
    }
    expect(() => assertStaffSeparation(departments)).not.toThrow();
  });
});

test.each([
  [['finance', 'service-lead'], 'finance'],
  [['service-lead', 'finance'], 'finance'],
  [['warehouse', 'admin'], 'admin'],
  [['board', 'finance'], 'finance'],
  [['board'], undefined],
])('a person of %j acts for %s', (groups, department) => expect(departmentsIn(groups)[0]?.name).toBe(department));

test('no client is taken for a person, and a machine of a department has the scopes of the department at most', () => {
  for (const [name, { scopes }] of Object.entries(store.clients)) {
    expect(isPersonId(name)).toBe(false);
    const department = Object.entries(departments).find(([each]) => each === name)?.[1];
    const more = department && scopes.filter((scope) => !new Set<string>(department.scopes).has(scope));
    expect([name, more ?? []]).toEqual([name, []]);
  }
});
