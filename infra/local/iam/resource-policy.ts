import * as z from 'zod';
import { type Conditions, openConditions } from './condition.ts';
import { arnPattern, glob } from './pattern.ts';
import { StartError } from '../start-error.ts';
import type { Resource, Template } from '../template/template.ts';

/** Resource policies of the template's queues and functions, evaluated for AWS services. */
type ResourcePolicies = {
  /** Whether the queue's policies let `service` send on behalf of `sourceArn`, such as a rule. */
  maySend: (service: string, queueArn: string, sourceArn: string) => boolean;
  /** Whether the function's permissions let `service` invoke it on behalf of `sourceArn`. */
  mayInvoke: (service: string, functionArn: string, sourceArn: string) => boolean;
};

const Texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*'), z.strictObject({ Service: Texts, AWS: Texts }).partial()]),
  Action: Texts,
  Resource: Texts,
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});
const QueuePolicy = z.object({
  Queues: z.array(z.string()),
  PolicyDocument: z.strictObject({
    Version: z.string().optional(),
    Id: z.string().optional(),
    Statement: z.union([z.array(Statement), Statement.transform((one) => [one])]),
  }),
});
const FunctionPermission = z.strictObject({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

type OpenStatement = {
  effect: 'Allow' | 'Deny';
  appliesTo: (request: { service: string; action: string; resource: string }) => boolean;
  conditions: Conditions;
};

/**
 * Reads every AWS::SQS::QueuePolicy and AWS::Lambda::Permission. Throws StartError with the resource for an unsupported
 * element.
 */
export function createResourcePolicies(template: Template): ResourcePolicies {
  const queues = new Map(template.ofType('AWS::SQS::Queue').map(({ ref, arn }) => [ref, arn]));
  const byQueue = new Map<string, OpenStatement[]>();
  for (const resource of template.ofType('AWS::SQS::QueuePolicy')) {
    const { Queues: urls, PolicyDocument: document } = parse(QueuePolicy, resource);
    const statements = document.Statement.map((statement) => openStatement(statement, placeOf(resource)));
    for (const url of urls) {
      const arn = queues.get(url);
      if (arn) byQueue.set(arn, [...(byQueue.get(arn) ?? []), ...statements]);
    }
  }
  const permissions = template
    .ofType('AWS::Lambda::Permission')
    .map((resource) => openPermission(parse(FunctionPermission, resource), template, placeOf(resource)));
  return {
    maySend: (service, queueArn, sourceArn) => {
      const request = { service, action: 'sqs:SendMessage', resource: queueArn };
      const context = {
        'aws:sourcearn': [sourceArn],
        'aws:sourceaccount': [template.accountId],
        // AWS services call over TLS.
        'aws:securetransport': ['true'],
      };
      const applying = (byQueue.get(queueArn) ?? []).filter(
        (statement) => statement.appliesTo(request) && statement.conditions(context),
      );
      return applying.length > 0 && applying.every(({ effect }) => effect === 'Allow');
    },
    mayInvoke: (service, functionArn, sourceArn) =>
      permissions.some((permits) => permits(service, functionArn, sourceArn)),
  };
}

function openStatement(raw: z.infer<typeof Statement>, at: string): OpenStatement {
  const services = raw.Principal === '*' ? undefined : raw.Principal;
  const isForAll = services === undefined || (services.AWS ?? []).includes('*');
  const actions = raw.Action.map((pattern) => glob(pattern, at, 'i'));
  const resources = raw.Resource.map((pattern) => glob(pattern, at));
  return {
    effect: raw.Effect,
    appliesTo: ({ service, action, resource }) =>
      (isForAll || (services?.Service ?? []).includes(service)) &&
      actions.some((pattern) => pattern.test(action)) &&
      resources.some((pattern) => pattern.test(resource)),
    conditions: openConditions(raw.Condition, at),
  };
}

function openPermission(permission: z.infer<typeof FunctionPermission>, template: Template, at: string) {
  const { FunctionName: functionName, Principal: principal, SourceArn: source, SourceAccount: account } = permission;
  const functionArn = functionName.startsWith('arn:')
    ? functionName
    : `arn:aws:lambda:${template.region}:${template.accountId}:function:${functionName}`;
  const action = glob(permission.Action, at, 'i');
  const sources = source === undefined ? { test: () => true } : arnPattern(source, at);
  return (service: string, invokedArn: string, sourceArn: string) =>
    principal === service &&
    functionArn === invokedArn &&
    action.test('lambda:InvokeFunction') &&
    sources.test(sourceArn) &&
    (account === undefined || account === template.accountId);
}

function parse<S extends z.ZodType>(schema: S, resource: Resource): z.infer<S> {
  const parsed = schema.safeParse(resource.properties);
  if (parsed.success) return parsed.data;
  throw new StartError(
    `${placeOf(resource)}: the engine does not support this policy: ${z.prettifyError(parsed.error)}`,
  );
}

const placeOf = ({ stack, logicalId }: Resource) => `${stack}/${logicalId}`;
