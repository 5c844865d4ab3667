import { describe, expect, test } from 'vitest';
import { decide, type Staff } from '../../../functions/admin-console/operations/decide.ts';
import {
  AutomationExecution,
  type Execution,
  executionOf,
} from '../../../functions/admin-console/operations/execution.ts';
import { operations } from '../../../shared/contracts/admin-console/operations.ts';

const everything = ['refunds.decide', 'stock.write', 'reports.run', 'orders.write', 'orders.read', 'promotions.write'];
const staff: Staff = {
  departments: {
    admin: { clientId: 'admin', scopes: everything },
    finance: { clientId: 'finance', scopes: ['refunds.decide', 'reports.run'] },
  },
  permissionSets: { StoreworksAdmin: 'admin', StoreworksFinance: 'finance' },
  subjects: new Map([
    ['ada@example.com', 'sub-of-ada'],
    ['grace', 'sub-of-grace'],
    ['ada', 'sub-of-ada'],
  ]),
};
const person = (name: string, permissionSet = 'StoreworksAdmin') =>
  `arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_${permissionSet}_0123456789abcdef/${name}`;
const anExecution = (given: Partial<Execution> = {}): Execution => ({
  executionId: '4105a4fc-f944-11e6-9d32-0a1b2c3d495h',
  documentName: 'Storeworks-RunReports',
  status: 'InProgress',
  startedBy: person('Ada@example.com'),
  inputs: { Date: '2026-11-29' },
  approvedBy: [],
  ...given,
});
const decided = (given: Partial<Execution>) => decide(anExecution(given), operations, staff);
const repair = {
  documentName: 'Storeworks-RepairStock',
  inputs: { AuditId: 'nightly-2026-11-29', Reason: 'Counted twice' },
};

describe('an execution', () => {
  test('is carried out for the person whom AWS reports, in the department of their permission set', () => {
    expect(decided({})).toMatchObject({
      kind: 'allowed',
      starter: { subject: 'sub-of-ada', department: 'admin', clientId: 'admin' },
      inputs: { Date: '2026-11-29' },
    });
  });

  test.each<[string, Partial<Execution>, RegExp]>([
    ['an unknown document', { documentName: 'AWS-RunShellScript' }, /no document of this store/],
    ['an ended execution', { status: 'Success' }, /not in progress/],
    ['an IAM user', { startedBy: 'arn:aws:iam::123456789012:user/ada' }, /no person/],
    [
      'a role whose session name a person types',
      { startedBy: 'arn:aws:sts::123456789012:assumed-role/Admin/grace@example.com' },
      /no person/,
    ],
    [
      'a role that only looks like one of IAM Identity Center',
      { startedBy: 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_StoreworksAdmin/ada' },
      /no person/,
    ],
    ['the root user', { startedBy: 'arn:aws:iam::123456789012:root' }, /no person/],
    ['an unknown permission set', { startedBy: person('ada', 'Billing') }, /no department/],
    ['a permission set named like a member of objects', { startedBy: person('ada', 'constructor') }, /no department/],
    [
      'a department without the scope of the route',
      { ...repair, startedBy: person('ada', 'StoreworksFinance'), approvedBy: [person('grace')] },
      /may not/,
    ],
    [
      'a redrive by a department other than the administrators',
      {
        documentName: 'Storeworks-RedriveDeadLetters',
        inputs: { QueueName: 'Storeworks-A' },
        startedBy: person('ada', 'StoreworksFinance'),
      },
      /may not/,
    ],
    ['a person who is no user of the user pool', { startedBy: person('eve') }, /exactly one enabled user/],
    ['a missing input', { inputs: {} }, /Date is missing/],
    ['an input that does not match', { inputs: { Date: '2026-11-29; rm' } }, /Date is not valid/],
    ['an input with a second line', { inputs: { Date: '2026-11-29\n' } }, /Date is not valid/],
  ])('is refused: %s', (_name, given, reason) =>
    expect(decided(given)).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) }),
  );
});

describe('an operation that needs two people', () => {
  test('is carried out with the approval of another person', () => {
    expect(decided({ ...repair, approvedBy: [person('grace')] })).toMatchObject({
      kind: 'allowed',
      approvers: [{ subject: 'sub-of-grace' }],
    });
  });

  test.each<[string, string[]]>([
    ['nobody', []],
    ['the starter', [person('ada@example.com')]],
    ['the starter in other letters', [person('ADA@EXAMPLE.COM')]],
    ['the starter with another permission set', [person('ada@example.com', 'StoreworksFinance')]],
    ['the starter by another address of the same user', [person('ada')]],
    ['a person who is no user of the user pool', [person('eve')]],
    ['a person of a department without the scope', [person('grace', 'StoreworksFinance')]],
    ['a machine', ['arn:aws:sts::123456789012:assumed-role/Deployment/grace']],
  ])('is refused with the approval of %s', (_name, approvedBy) =>
    expect(decided({ ...repair, approvedBy })).toMatchObject({ kind: 'refused' }),
  );
});

describe('the report of Systems Manager', () => {
  const reported = (decisions: string[], step: object = {}) =>
    executionOf(
      AutomationExecution.parse({
        AutomationExecutionId: 'id',
        DocumentName: 'Storeworks-RepairStock',
        AutomationExecutionStatus: 'InProgress',
        ExecutedBy: person('ada'),
        Parameters: { AuditId: ['a'] },
        StepExecutions: [
          {
            StepName: 'approve',
            Action: 'aws:approve',
            StepStatus: 'Success',
            Outputs: { ApproverDecisions: decisions },
            ...step,
          },
        ],
      }),
    ).approvedBy;
  const approval = { approver: person('grace'), decision: 'Approve' };

  test('names who approved', () => {
    expect(reported([JSON.stringify(approval)])).toEqual([person('grace')]);
    expect(reported([JSON.stringify([approval])])).toEqual([person('grace')]);
  });

  test.each<[string, string[], object]>([
    ['a rejection', [JSON.stringify({ ...approval, decision: 'Reject' })], {}],
    ['a text that is no JSON', ['Approve'], {}],
    ['an approval without a name', ['{"decision":"Approve"}'], {}],
    ['an unfinished step', [JSON.stringify(approval)], { StepStatus: 'Waiting' }],
    ['another step', [JSON.stringify(approval)], { Action: 'aws:invokeLambdaFunction' }],
  ])('has no approval: %s', (_name, decisions, step) => expect(reported(decisions, step)).toEqual([]));
});
