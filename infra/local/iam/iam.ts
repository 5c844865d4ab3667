import type { Permission } from '../gateway/aws-call.ts';
import type { Support } from '../context.ts';
import type { RequestContext } from './condition.ts';
import { openDocument, type Statement } from './statement.ts';
import { StartError } from '../start-error.ts';
import type { Resource, Template } from '../template/template.ts';

export type Iam = {
  /** Whether the identity policies of the role allow this; an explicit deny wins. An unknown role may do nothing. */
  authorize: (roleArn: string, permission: Permission) => 'allowed' | 'denied';
  /** The end of AWS's sentence for a refusal, such as "because no identity-based policy allows the … action". */
  refusal: (roleArn: string, permission: Permission) => string;
  /**
   * Whether the role trusts the service, such as `scheduler.amazonaws.com`. A condition on `aws:SourceArn` is checked
   * against `sourceArn`; a caller who gives none vouches for the source.
   */
  canAssume: (roleArn: string, servicePrincipal: string, sourceArn?: string) => boolean;
};

export const supports: Support = {
  'AWS::IAM::Role': {
    effective: ['AssumeRolePolicyDocument', 'ManagedPolicyArns', 'Policies', 'RoleName', 'Path'],
    // Sessions do not end here, and a description is for people.
    inert: ['Description', 'MaxSessionDuration'],
  },
  'AWS::IAM::Policy': { effective: ['PolicyDocument', 'Roles', 'PolicyName'], inert: [] },
  'AWS::IAM::ManagedPolicy': {
    effective: ['PolicyDocument', 'Roles', 'ManagedPolicyName', 'Path'],
    inert: ['Description'],
  },
};

/** AWS managed policies that allow nothing but logs, metrics and traces, which need no permission here. */
const telemetryPolicies = new Set([
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
  'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess',
  'arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess',
  'arn:aws:iam::aws:policy/CloudWatchLambdaInsightsExecutionRolePolicy',
]);

type Role = { arn: string; statements: Statement[]; trust: Statement[]; decisions: Map<string, Decision> };
type Decision = 'allowed' | 'denied' | 'explicitly denied';

/** Decisions kept per role; object keys in S3 make their number endless. */
const keptDecisions = 10_000;

/**
 * Reads every role of the template with the policies attached to it. Throws StartError for what the engine could not
 * enforce: an unknown managed policy, statement element, condition operator or condition key.
 */
export function createIam(template: Template): Iam {
  const managed = new Map(template.ofType('AWS::IAM::ManagedPolicy').map((policy) => [policy.arn, policy]));
  const attached = Map.groupBy(
    [...template.ofType('AWS::IAM::Policy'), ...managed.values()].flatMap((policy) =>
      textList(policy.properties.Roles).map((role) => ({ role, policy })),
    ),
    ({ role }) => role,
  );
  const roles = new Map<string, Role>();
  for (const resource of template.ofType('AWS::IAM::Role')) {
    const { arn, name, properties } = resource;
    const byArn = textList(properties.ManagedPolicyArns)
      .filter((policyArn) => !telemetryPolicies.has(policyArn))
      .map((policyArn) => managed.get(policyArn) ?? unknownPolicy(resource, policyArn));
    const policies = [...byArn, ...(attached.get(name) ?? []).map(({ policy }) => policy)];
    const statements = [
      ...inlineDocuments(resource).flatMap((document) => openDocument(document, 'identity', placeOf(resource))),
      ...policies.flatMap((policy) => openDocument(policy.properties.PolicyDocument, 'identity', placeOf(policy))),
    ];
    const trust = openDocument(properties.AssumeRolePolicyDocument, 'trust', placeOf(resource));
    roles.set(arn, { arn, statements, trust, decisions: new Map() });
  }

  const decide = (roleArn: string, permission: Permission): Decision => {
    const role = roles.get(roleArn);
    if (!role) return 'denied';
    const compute = () => decision(role.statements, permission, identityContext(template, role, permission));
    if (permission.context) return compute();
    const key = `${permission.action} ${permission.resource}`;
    const known = role.decisions.get(key);
    if (known) return known;
    if (role.decisions.size >= keptDecisions) role.decisions.clear();
    const decided = compute();
    role.decisions.set(key, decided);
    return decided;
  };

  return {
    authorize: (roleArn, permission) => (decide(roleArn, permission) === 'allowed' ? 'allowed' : 'denied'),
    refusal: (roleArn, permission) =>
      decide(roleArn, permission) === 'explicitly denied'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${permission.action} action`,
    canAssume: (roleArn, servicePrincipal, sourceArn) => {
      const context: RequestContext = {
        'aws:sourceaccount': [template.accountId],
        'aws:sourcearn': sourceArn === undefined ? 'not-checked' : [sourceArn],
      };
      const asked = { action: 'sts:AssumeRole', resource: roleArn, principal: servicePrincipal };
      return decision(roles.get(roleArn)?.trust ?? [], asked, context) === 'allowed';
    },
  };
}

function decision(
  statements: Statement[],
  asked: Permission & { principal?: string },
  context: RequestContext,
): Decision {
  const applying = statements.filter((statement) => statement.applies(asked, context));
  if (applying.some(({ effect }) => effect === 'Deny')) return 'explicitly denied';
  return applying.length > 0 ? 'allowed' : 'denied';
}

/** Condition keys are not case-sensitive: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html */
function identityContext({ accountId, region }: Template, role: Role, { context = {} }: Permission): RequestContext {
  const given = Object.entries(context).map(([key, value]) => [key.toLowerCase(), [value].flat()] as const);
  return {
    ...Object.fromEntries(given),
    // Stands for the call on AWS, which the SDK makes over TLS.
    'aws:securetransport': ['true'],
    'aws:requestedregion': [region],
    'aws:principalaccount': [accountId],
    'aws:resourceaccount': [accountId],
    'aws:principalarn': [role.arn],
  };
}

function inlineDocuments({ properties }: Resource): unknown[] {
  const policies = (properties.Policies ?? []) as { PolicyDocument: unknown }[];
  return policies.map(({ PolicyDocument: document }) => document);
}

function unknownPolicy(role: Resource, policyArn: string): never {
  throw new StartError(
    `${placeOf(role)}: the local engine does not know what the managed policy ${policyArn} allows; grant the actions instead.`,
  );
}

const textList = (value: unknown) => ((value ?? []) as unknown[]).map(String);
const placeOf = ({ stack, logicalId }: Resource) => `${stack}/${logicalId}`;
