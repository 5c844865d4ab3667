import type { Support } from './context.ts';
import { supports as iamSupports } from './iam/iam.ts';
import { StartError } from './start-error.ts';
import type { Resource, Template } from './template/template.ts';

/** Resource types without effect on one machine, each with the reason. */
const inertTypes: Record<string, string> = {
  'AWS::CDK::Metadata': 'counts CDK users',
  'AWS::Logs::LogGroup': 'logs are written to files without expiry',
  'AWS::Logs::MetricFilter': 'the engine makes no metrics of logs but of the embedded format',
  'AWS::CloudWatch::CompositeAlarm': 'the engine evaluates alarms of metrics only',
  'AWS::CloudWatch::Dashboard': 'the pages at /console read it',
  'AWS::SNS::Topic': 'only alarms publish to it, and notify nobody here; the gateway refuses SNS calls of functions',
  'AWS::SNS::Subscription': 'forwards alarms, which notify nobody here',
  'AWS::SNS::TopicPolicy': 'permits alarms to publish, which notify nobody here',
  'AWS::S3::BucketPolicy': 'permits AWS log delivery and denies plain HTTP, which do not exist on one machine',
  'AWS::Events::EventBusPolicy': 'permits other accounts to publish; the engine has one account',
  'AWS::Cognito::UserPoolDomain': "replaced by the local identity provider's address",
  'AWS::KMS::Key': 'the state directory is not encrypted',
  'AWS::KMS::Alias': 'a name of a key',
  'AWS::Logs::QueryDefinition': 'a saved query of the AWS console',
  'AWS::EventSchemas::Registry': 'a list of schemas',
  'AWS::EventSchemas::Schema': 'a saved event of the AWS console',
  'AWS::ResourceGroups::Group': 'a list of resources in the AWS console',
  'AWS::ServiceCatalogAppRegistry::Application': 'a list of stacks in the AWS console',
  'AWS::ServiceCatalogAppRegistry::ResourceAssociation': 'a list of stacks in the AWS console',
  'AWS::Glue::Database': 'metadata for Athena, which the engine does not emulate',
  'AWS::Glue::Table': 'metadata for Athena, which the engine does not emulate',
  'AWS::Athena::WorkGroup': 'settings of Athena, which the engine does not emulate',
  'AWS::Athena::NamedQuery': 'a saved query of Athena, which the engine does not emulate',
};

/**
 * Throws StartError with one line for every unsupported resource type and property. `supports` are the tables of the
 * services; two services may share a type.
 */
export function checkSupported(template: Template, supports: Support[]): void {
  const known = merge([...supports, iamSupports]);
  const problems = template.resources.flatMap((resource) => problemsOf(resource, known));
  if (problems.length > 0) throw new StartError(problems.join('\n'));
}

function problemsOf({ stack, logicalId, type, properties }: Resource, known: Map<string, Set<string>>): string[] {
  const allowed = known.get(type);
  if (!allowed) {
    return Object.hasOwn(inertTypes, type) ? [] : [`${stack}/${logicalId}: the local engine does not support ${type}.`];
  }
  return Object.keys(properties)
    .filter((property) => !allowed.has(property))
    .map((property) => `${stack}/${logicalId}: the local engine does not support ${property} of ${type}.`);
}

/** Supported properties by type. */
function merge(supports: Support[]): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  for (const [type, { effective, inert }] of supports.flatMap((support) => Object.entries(support))) {
    // Tags have no effect: iam/condition.ts refuses conditions on tags.
    const properties = known.get(type) ?? new Set(['Tags']);
    for (const property of [...effective, ...inert]) properties.add(property);
    known.set(type, properties);
  }
  return known;
}
