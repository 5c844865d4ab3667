import { expect, test } from 'vitest';
import { documentNameOf, inputProblem } from '../../../shared/contracts/admin-console/operation.ts';
import { operations } from '../../../shared/contracts/admin-console/operations.ts';
import { ofType, resolve } from '../synthesised.ts';

type Content = {
  schemaVersion: string;
  description: string;
  assumeRole: { 'Fn::GetAtt': [string, string] };
  parameters: Record<string, { type: string; allowedPattern?: string; allowedValues?: string[] }>;
  mainSteps: { action: string; inputs: Record<string, unknown> }[];
};

const documents = ofType('AWS::SSM::Document').map(({ properties }) => {
  // The tests of the other properties of templates do not read these.
  const { Name, Content } = properties as unknown as { Name: string; Content: Content };
  return { name: Name, content: Content };
});

test('every operation has a document', () => {
  expect(documents.map(({ name }) => name).toSorted()).toEqual(
    operations.map(({ name }) => documentNameOf(name)).toSorted(),
  );
});

test.each(documents)('$name has a role of its own, which may invoke one function, and typed inputs', ({ content }) => {
  const { schemaVersion, assumeRole, parameters, mainSteps } = content;
  expect(schemaVersion).toBe('0.3');
  const role = resolve(assumeRole);
  const policies = ofType('AWS::IAM::Policy').filter(({ properties }) => JSON.stringify(properties).includes(role.id));
  const statements = policies.flatMap(({ properties }) => properties.PolicyDocument.Statement);
  expect(statements.map(({ Action }) => Action)).toEqual(['lambda:InvokeFunction']);
  for (const { type, allowedPattern, allowedValues } of Object.values(parameters)) {
    expect(type !== 'String' || allowedPattern !== undefined || allowedValues !== undefined).toBe(true);
    expect(allowedPattern ?? '^$').toMatch(/^\^.*\$$/);
  }
  // The payload has no input: who did what with which inputs is read from the execution.
  expect(JSON.stringify(mainSteps.at(-1)?.inputs['Payload'])).toBe(
    String.raw`"{\"executionId\":\"{{automation:EXECUTION_ID}}\"}"`,
  );
});

test('the examples of inputs are valid', () => {
  for (const { inputs } of operations) {
    for (const [name, input] of Object.entries(inputs))
      expect(inputProblem(name, input, input.example)).toBeUndefined();
  }
});

test('a second person approves the repair of stock', () => {
  const steps = documents.find(({ name }) => name === 'Storeworks-RepairStock')?.content.mainSteps ?? [];
  expect(steps.map(({ action }) => action)).toEqual(['aws:approve', 'aws:invokeLambdaFunction']);
});
