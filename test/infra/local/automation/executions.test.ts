import { afterEach, describe, expect, test, vi } from 'vitest';
import { createAutomation } from '../../../../infra/local/automation/automation.ts';
import { createIam } from '../../../../infra/local/iam/iam.ts';
import type { InvokeResult } from '../../../../infra/local/lambda/invoke-result.ts';
import { callOf, localContext, resource } from '../local-context.ts';

const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:work';
const roleArn = 'arn:aws:iam::000000000000:role/automation';
const statement = (given: object) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...given }] });
const role = (Resource: string) =>
  resource(
    'AWS::IAM::Role',
    'automation',
    {
      AssumeRolePolicyDocument: statement({
        Action: 'sts:AssumeRole',
        Principal: { Service: 'ssm.amazonaws.com' },
        Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:ssm:eu-west-1:000000000000:automation-execution/*' } },
      }),
      Policies: [{ PolicyDocument: statement({ Action: 'lambda:InvokeFunction', Resource }) }],
    },
    roleArn,
  );
const approve = {
  name: 'approve',
  action: 'aws:approve',
  timeoutSeconds: 60,
  inputs: { Approvers: ['arn:aws:iam::000000000000:role/path/of/Admins'] },
};
const invoke = {
  name: 'work',
  action: 'aws:invokeLambdaFunction',
  inputs: { FunctionName: functionArn, Payload: '{"id":"{{automation:EXECUTION_ID}}","day":"{{ Day }}"}' },
};
const document = (mainSteps: object[]) =>
  resource('AWS::SSM::Document', 'Work', {
    DocumentType: 'Automation',
    Content: {
      schemaVersion: '0.3',
      assumeRole: roleArn,
      parameters: { Day: { type: 'String', allowedPattern: '^[0-9]+$' }, All: { type: 'Boolean', default: false } },
      mainSteps,
    },
  });
const ada = 'arn:aws:sts::000000000000:assumed-role/Admins/ada';
const grace = 'arn:aws:sts::000000000000:assumed-role/Admins/grace';
const eve = 'arn:aws:sts::000000000000:assumed-role/Others/eve';

let remove = () => {};
afterEach(() => remove());

function automationOf(
  steps: object[],
  { result, allowed = functionArn }: { result?: InvokeResult; allowed?: string } = {},
) {
  const resources = [role(allowed), document(steps)];
  const local = localContext(resources);
  remove = local.remove;
  let now = 1_000_000;
  const context = { ...local.context, now: () => now };
  const payloads: unknown[] = [];
  const lambda = {
    invoke: async (_arn: string, payload: string) => {
      payloads.push(JSON.parse(payload));
      return result ?? ({ kind: 'ok', payload: '"done"' } as const);
    },
  };
  const automation = createAutomation(context, { lambda, iam: createIam(context.template) });
  const ended = (id: string) =>
    vi.waitFor(() => {
      const found = automation.find(id);
      expect(found?.status).not.toBe('InProgress');
      return found;
    });
  return { automation, payloads, ended, pass: (milliseconds: number) => void (now += milliseconds) };
}

describe('an execution', () => {
  test('invokes the function with its id and inputs, and reports who started it', async () => {
    const { automation, payloads, ended } = automationOf([invoke]);
    const { executionId } = automation.start('Work', { Day: '7' }, ada);
    expect(await ended(executionId)).toMatchObject({
      status: 'Success',
      steps: [{ outputs: { Payload: ['"done"'] } }],
    });
    expect(payloads).toEqual([{ id: executionId, day: '7' }]);
    const call = callOf({
      service: 'ssm',
      operation: 'GetAutomationExecution',
      body: Buffer.from(JSON.stringify({ AutomationExecutionId: executionId })),
    });
    const arn = `arn:aws:ssm:eu-west-1:000000000000:automation-execution/${executionId}`;
    expect(automation.permissions(call)).toEqual([{ action: 'ssm:GetAutomationExecution', resource: arn }]);
    const { body } = await automation.handle(call);
    expect(JSON.parse(body.toString()).AutomationExecution).toMatchObject({
      ExecutedBy: ada,
      DocumentName: 'Work',
      AutomationExecutionStatus: 'Success',
      Parameters: { Day: ['7'], All: ['false'] },
    });
  });

  test.each<[string, Parameters<typeof automationOf>[1], RegExp]>([
    [
      'the function fails',
      { result: { kind: 'error', payload: '{}', errorType: 'Refused', errorMessage: 'No.' } },
      /^Refused: No\.$/,
    ],
    ['the function is throttled', { result: { kind: 'throttled' } }, /Rate Exceeded/],
    ['its role may not invoke the function', { allowed: `${functionArn}-other` }, /not authorized/],
  ])('fails if %s', async (_name, options, failure) => {
    const { automation, ended } = automationOf([invoke], options);
    const { executionId } = automation.start('Work', { Day: '7' }, ada);
    const { status, steps } = (await ended(executionId)) ?? {};
    expect([status, steps?.[0]?.failure]).toEqual(['Failed', expect.stringMatching(failure)]);
  });

  test.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['a value that does not match', { Day: 'x' }],
    ['an unknown name', { Day: '7', Other: '1' }],
    ['another boolean', { Day: '7', All: 'yes' }],
    ['the name of a member of objects', { Day: '7', constructor: '1' }],
  ])('does not start with %s', (_name, inputs) => {
    const { automation } = automationOf([invoke]);
    expect(() => automation.start('Work', inputs, ada)).toThrow(/Day|All|Other|constructor/);
    expect(automation.executions()).toEqual([]);
  });

  test('waits for an approver of the document, and has the approval in its report', async () => {
    const { automation, payloads, ended } = automationOf([approve, invoke]);
    const { executionId } = automation.start('Work', { Day: '7' }, ada);
    expect(await ended(executionId)).toMatchObject({ status: 'Waiting' });
    expect(() => automation.decide(executionId, 'Approve', eve, '')).toThrow('none of the approvers');
    automation.decide(executionId, 'Approve', grace, 'Seen');
    expect(await ended(executionId)).toMatchObject({ status: 'Success', approvals: [{ approver: grace }] });
    expect(payloads).toHaveLength(1);
    expect(() => automation.decide(executionId, 'Approve', ada, '')).toThrow('does not wait');
  });

  test('ends with a rejection, and when nobody decides in time', async () => {
    const { automation, payloads, ended, pass } = automationOf([approve, invoke]);
    const rejected = automation.start('Work', { Day: '7' }, ada);
    await ended(rejected.executionId);
    automation.decide(rejected.executionId, 'Reject', grace, '');
    expect(await ended(rejected.executionId)).toMatchObject({ status: 'Failed' });
    const forgotten = automation.start('Work', { Day: '7' }, ada);
    await ended(forgotten.executionId);
    pass(61_000);
    expect(automation.find(forgotten.executionId)?.status).toBe('TimedOut');
    expect(payloads).toEqual([]);
  });
});

test.each<[string, object[]]>([
  ['an action that it does not know', [{ name: 'script', action: 'aws:executeScript', inputs: {} }]],
  ['two steps with one name', [invoke, invoke]],
  ['a retry', [{ ...invoke, maxAttempts: 3 }]],
  ['an asynchronous invocation', [{ ...invoke, inputs: { ...invoke.inputs, InvocationType: 'Event' } }]],
  ['a step that continues after a failure', [{ ...invoke, onFailure: 'Continue' }]],
])('the engine does not start with %s', (_name, steps) => {
  expect(() => automationOf(steps)).toThrow(/Test\/Work/);
});
