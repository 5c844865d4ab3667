import type { Support } from './context.ts';
import { supports as iamSupports } from './iam/iam.ts';
import { StartError } from './start-error.ts';
import type { Resource, Template } from './template/template.ts';

/** Resource types that change nothing about what runs on one machine, and why. */
const inertTypes: Record<string, string> = {
  'AWS::CDK::Metadata': 'counts CDK users',
  'AWS::Logs::LogGroup': 'what a function logs is printed here; nothing is kept, so nothing expires',
  'AWS::Logs::MetricFilter': 'no metrics are kept here',
  'AWS::CloudWatch::Alarm': 'no metrics are kept here, so no alarm is ever raised',
  'AWS::CloudWatch::CompositeAlarm': 'no alarm is ever raised here',
  'AWS::CloudWatch::Dashboard': 'a page of the AWS console',
  'AWS::SNS::Topic': 'only alarms publish to it; a function that tries is refused by the gateway, which has no SNS',
  'AWS::SNS::Subscription': 'forwards alarms, and none is raised here',
  'AWS::SNS::TopicPolicy': 'lets alarms publish, and none is raised here',
  'AWS::S3::BucketPolicy': 'lets AWS services write logs and refuses plain HTTP from outside; neither exists here',
  'AWS::Events::EventBusPolicy': 'lets other accounts publish; there is one account here',
  'AWS::Cognito::UserPoolDomain': "the local identity provider's address stands in for it",
  'AWS::Cognito::UserPoolGroup': 'departments of signed-in people; the local identity provider knows clients',
  'AWS::KMS::Key': 'files of the state directory are protected by the file system only',
  'AWS::KMS::Alias': 'a second name of a key',
  'AWS::Glue::Database': 'metadata for Athena, which the engine does not emulate',
  'AWS::Glue::Table': 'metadata for Athena, which the engine does not emulate',
};

/**
 * Throws StartError with a line for every resource type and every property that the engine would have to overlook.
 * `supports` are the tables of the services; two services may share a type.
 */
export function checkSupported(template: Template, supports: Support[]): void {
  const known = merge([...supports, iamSupports]);
  const problems = template.resources.flatMap((resource) => problemsOf(resource, known));
  if (problems.length > 0) throw new StartError(problems.join('\n'));
}

function problemsOf({ stack, logicalId, type, properties }: Resource, known: Map<string, Set<string>>): string[] {
  const allowed = known.get(type);
  if (!allowed) {
    return Object.hasOwn(inertTypes, type) ? [] : [`${stack}/${logicalId}: the local engine does not run ${type}.`];
  }
  return Object.keys(properties)
    .filter((property) => !allowed.has(property))
    .map((property) => `${stack}/${logicalId}: the local engine does not know what ${property} of ${type} changes.`);
}

/** Properties of each type that some service obeys or knows to be inert. */
function merge(supports: Support[]): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  for (const [type, { effective, inert }] of supports.flatMap((support) => Object.entries(support))) {
    // Tags are labels for bills and people on every type; conditions on tags are refused by iam-condition.ts.
    const properties = known.get(type) ?? new Set(['Tags']);
    for (const property of [...effective, ...inert]) properties.add(property);
    known.set(type, properties);
  }
  return known;
}
