import type { Permission } from '../gateway/aws-call.ts';
import type { Support } from '../context.ts';
import type { RequestContext } from './condition.ts';
import { openDocument, type Statement } from './statement.ts';
import { StartError } from '../start-error.ts';
import type { Resource, Template } from '../template/template.ts';

export type Iam = {
  /** Evaluates the role's identity policies; an explicit deny takes precedence. An unknown role is denied. */
  authorize: (roleArn: string, permission: Permission) => 'allowed' | 'denied';
  /** Evaluates managed policies by name, as those of a person's permission set. An unknown policy allows nothing. */
  allows: (policies: readonly string[], permission: Permission) => boolean;
  /** The reason in AWS's access denied message, such as "because no identity-based policy allows the … action". */
  refusal: (roleArn: string, permission: Permission) => string;
  /**
   * Whether the role's trust policy allows the service, such as `scheduler.amazonaws.com`. Conditions on
   * `aws:SourceArn` are evaluated with `sourceArn`, and are true without it.
   */
  canAssume: (roleArn: string, servicePrincipal: string, sourceArn?: string) => boolean;
};

export const supports: Support = {
  'AWS::IAM::Role': {
    effective: ['AssumeRolePolicyDocument', 'ManagedPolicyArns', 'Policies', 'RoleName', 'Path'],
    // Sessions do not expire in the engine.
    inert: ['Description', 'MaxSessionDuration'],
  },
  'AWS::IAM::Policy': { effective: ['PolicyDocument', 'Roles', 'PolicyName'], inert: [] },
  'AWS::IAM::ManagedPolicy': {
    effective: ['PolicyDocument', 'Roles', 'ManagedPolicyName', 'Path'],
    inert: ['Description'],
  },
};

/** AWS managed policies for logs, metrics and traces, which need no permission in the engine. */
const telemetryPolicies = new Set([
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
  'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess',
  'arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess',
  'arn:aws:iam::aws:policy/CloudWatchLambdaInsightsExecutionRolePolicy',
]);

type Role = { arn: string; statements: Statement[]; trust: Statement[]; matching: Map<string, Matching> };
type Decision = 'allowed' | 'denied' | 'explicitly denied';

/** Maximum number of cached decisions per role. S3 object keys would make the number unlimited. */
const maxCachedDecisions = 10_000;

/**
 * Reads every role of the template with its policies. Throws StartError for an unsupported managed policy, statement
 * element, condition operator or condition key.
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
    roles.set(arn, { arn, statements, trust, matching: new Map() });
  }

  const byName = new Map([...managed.values()].map((policy) => [policy.name, policy]));
  const opened = new Map<string, Statement[]>();
  const statementsOf = (name: string): Statement[] => {
    const policy = byName.get(name);
    const known = opened.get(name);
    if (known || !policy) return known ?? [];
    const statements = openDocument(policy.properties.PolicyDocument, 'identity', placeOf(policy));
    opened.set(name, statements);
    return statements;
  };

  const decide = (roleArn: string, permission: Permission): Decision => {
    const role = roles.get(roleArn);
    if (!role) return 'denied';
    const matching = matchingOf(role, permission);
    if (matching.decision && !permission.context) return matching.decision;
    const base = identityContext(template, role, permission.context);
    const items = matching.readItems ? permission.items?.() : undefined;
    const contexts = items?.map((item) => Object.assign(lowerCased(item), base)) ?? [base];
    const decisions = new Set(contexts.map((context) => decision(matching.statements, context)));
    const decided = strictest.find((each) => decisions.has(each)) ?? 'denied';
    if (!matching.readItems && !permission.context) matching.decision = decided;
    return decided;
  };

  return {
    authorize: (roleArn, permission) => (decide(roleArn, permission) === 'allowed' ? 'allowed' : 'denied'),
    allows: (policies, permission) => {
      const matching = policies.flatMap(statementsOf).filter((statement) => statement.matches(permission));
      return decision(matching, accountContext(template, permission.context)) === 'allowed';
    },
    refusal: (roleArn, permission) =>
      decide(roleArn, permission) === 'explicitly denied'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${permission.action} action`,
    canAssume: (roleArn, servicePrincipal, sourceArn) => {
      const context: RequestContext = {
        'aws:sourceaccount': [template.accountId],
        'aws:sourcearn': sourceArn === undefined ? 'not-checked' : [sourceArn],
      };
      const request = { action: 'sts:AssumeRole', resource: roleArn, principal: servicePrincipal };
      const trusting = (roles.get(roleArn)?.trust ?? []).filter((statement) => statement.matches(request));
      return decision(trusting, context) === 'allowed';
    },
  };
}

/** The statements for an action and resource. The decision is kept if it depends on nothing else of the request. */
type Matching = { statements: Statement[]; readItems: boolean; decision?: Decision };

function matchingOf({ statements, matching }: Role, { action, resource }: Permission): Matching {
  const key = `${action} ${resource}`;
  const known = matching.get(key);
  if (known) return known;
  if (matching.size >= maxCachedDecisions) matching.clear();
  const found = statements.filter((statement) => statement.matches({ action, resource }));
  const made = { statements: found, readItems: found.some(({ readsItems }) => readsItems) };
  matching.set(key, made);
  return made;
}

/** A request for several items is allowed if each item is. */
const strictest = ['explicitly denied', 'denied', 'allowed'] as const;

function decision(matching: Statement[], context: RequestContext): Decision {
  const applying = matching.filter((statement) => statement.holds(context));
  if (applying.some(({ effect }) => effect === 'Deny')) return 'explicitly denied';
  return applying.length > 0 ? 'allowed' : 'denied';
}

/**
 * Condition keys are not case-sensitive:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
 */
function lowerCased(context: Record<string, string | string[]>): RequestContext {
  const lower: RequestContext = {};
  for (const [key, value] of Object.entries(context)) lower[key.toLowerCase()] = Array.isArray(value) ? value : [value];
  return lower;
}

const identityContext = (template: Template, role: Role, context: Permission['context']): RequestContext => ({
  ...accountContext(template, context),
  'aws:principalarn': [role.arn],
});

function accountContext({ accountId, region }: Template, context: Permission['context']): RequestContext {
  return {
    ...lowerCased(context ?? {}),
    // On AWS, the SDK calls over TLS.
    'aws:securetransport': ['true'],
    'aws:requestedregion': [region],
    'aws:principalaccount': [accountId],
    'aws:resourceaccount': [accountId],
  };
}

function inlineDocuments({ properties }: Resource): unknown[] {
  const policies = (properties.Policies ?? []) as { PolicyDocument: unknown }[];
  return policies.map(({ PolicyDocument: document }) => document);
}

function unknownPolicy(role: Resource, policyArn: string): never {
  throw new StartError(
    `${placeOf(role)}: the local engine does not support the managed policy ${policyArn}; grant the actions instead.`,
  );
}

const textList = (value: unknown) => ((value ?? []) as unknown[]).map(String);
const placeOf = ({ stack, logicalId }: Resource) => `${stack}/${logicalId}`;
