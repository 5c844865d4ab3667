import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterEach, expect, test, vi } from 'vitest';
import settings from '../../cdk.json' with { type: 'json' };
import { bundlesContext, notBundled } from '../../infra/constructs/workflow-function.ts';
import { DataStack } from '../../infra/stacks/data-stack.ts';
import { refuseDeployment } from '../../infra/local-assembly.ts';
import { store } from '../../infra/store.ts';
import { templates } from './synthesised.ts';

type Templates = typeof templates;

const newApp = () =>
  new App({ context: { ...settings.context, [bundlesContext]: notBundled }, builtinCloudFormationValidation: false });

/** Every value of a key such as `Fn::ImportValue`, at any depth. */
function valuesOf(key: string, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => (name === key ? [item] : valuesOf(key, item)));
}
const importsOf = (all: Templates) => [...new Set(valuesOf('Fn::ImportValue', [...all.values()]))];
const exportsOf = (all: Templates): unknown[] =>
  [...all.values()].flatMap(({ Outputs = {} }) => Object.values(Outputs).map((output) => output.Export?.Name));
const missing = (imports: unknown[], exports: unknown[]) => imports.filter((name) => !exports.includes(name));

afterEach(() => {
  vi.doUnmock('../../infra/store.ts');
  vi.resetModules();
});

async function templatesWithout(client: keyof typeof store.clients): Promise<Templates> {
  const clients = Object.fromEntries(Object.entries(store.clients).filter(([name]) => name !== client));
  vi.resetModules();
  vi.doMock('../../infra/store.ts', () => ({ store: { ...store, clients } }));
  const { addStacks } = await import('../../infra/app.ts');
  return new Map(addStacks(newApp()).map((stack) => [stack.node.id, Template.fromStack(stack).toJSON()])) as Templates;
}

test('a client can be removed: no export vanishes that a deployed stack imports', async () => {
  const after = await templatesWithout('marketplace');
  expect(Object.keys(after.get('Data')?.Outputs ?? {})).not.toContain('MarketplaceClientId');
  expect(JSON.stringify(templates.get('OrderIntake'))).toContain('MarketplaceClientId');
  expect(missing(importsOf(templates), exportsOf(after))).toEqual([]);
});

test('a workflow can be removed: exports do not depend on which stacks import them', () => {
  const outputs = [...templates.values()].flatMap(({ Outputs = {} }) => Object.keys(Outputs));
  // The CDK names an export that it adds for an importer so.
  expect(outputs.filter((key) => key.startsWith('Exports'))).toEqual([]);
  expect(missing(importsOf(templates), exportsOf(templates))).toEqual([]);
});

test('alarm address, domain prefix and protection of the data are settings of the store', () => {
  const deployment = { alarmEmail: 'ops@example.com', domainPrefix: 'our-store', protectData: true };
  const data = new DataStack(newApp(), { clients: store.clients, people: store.people, deployment });
  const template = Template.fromStack(data);
  template.hasResourceProperties('AWS::SNS::Subscription', { Endpoint: 'ops@example.com', Protocol: 'email' });
  template.hasResourceProperties('AWS::Cognito::UserPoolDomain', { Domain: 'our-store' });
  expect(data.terminationProtection).toBe(true);
});

test('a first deployment that failed can be cleaned up: no stack is protected before its data is', () => {
  expect(
    new DataStack(newApp(), { clients: store.clients, people: store.people, deployment: { protectData: false } })
      .terminationProtection,
  ).toBe(false);
});

test('CloudFormation refuses functions that are bundled for this machine', () => {
  const stack = new Stack(newApp(), 'Some');
  refuseDeployment(stack);
  const { Parameters, Rules } = Template.fromStack(stack).toJSON();
  expect(Parameters.BundledFor.Default).not.toBe('Lambda');
  expect(Rules.BundledForLambda.Assertions[0].Assert).toEqual({ 'Fn::Equals': [{ Ref: 'BundledFor' }, 'Lambda'] });
});

test('a route that moved to another function keeps its logical id: an API refuses a second route with the same key', () => {
  const resources: [string, { Properties?: { RouteKey?: string; Target?: unknown } }][] = Object.entries(
    templates.get('OrderIntake')?.Resources ?? {},
  );
  const [id, route] = resources.find(([, { Properties }]) => Properties?.RouteKey === 'POST /orders') ?? [];
  expect(id).toBe('ApiRoutesPOSTordersC87552C6');
  expect(JSON.stringify(route?.Properties?.Target)).toContain('PlacementRoutesIntegration');
});
