import { join } from 'node:path';
import { Duration, RemovalPolicy, type Size, SymlinkFollowMode, Validations } from 'aws-cdk-lib';
import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { watch } from './alarm.ts';

/** `<workflow>/<name>.handler.ts` under `functions/`. */
type Entry = `${string}/${string}.handler.ts`;

export type FunctionProps = {
  entry: Entry;
  environment: Record<string, string>;
  /** What a customer or colleague notices when this function fails, as a sentence. */
  failureMeans: string;
  /** 20 seconds unless told: an answer that comes later has lost its caller. */
  timeout?: Duration;
  /** MiB. */
  memorySize?: number;
  ephemeralStorageSize?: Size;
};

/** Context key that names the directory of the bundles, or `notBundled`. */
export const bundlesContext = 'storeworks:bundles';
/** For tests that look at the template only: functions without code. */
export const notBundled = 'not bundled';

/** Name of the workflow that an entry belongs to. */
export const workflowOf = (entry: Entry) => entry.slice(0, entry.indexOf('/'));

/** A handler as a Lambda function with a role, a log and alarms of its own. The role may write this log and trace. */
export class WorkflowFunction extends LambdaFunction {
  declare readonly role: IRole;

  constructor(scope: Construct, id: string, props: FunctionProps) {
    const { entry, environment, failureMeans, timeout = Duration.seconds(20), ...size } = props;
    const workflow = workflowOf(entry);
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      description: `Storeworks ${workflow}: ${entry}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 1024,
      ...size,
      code: codeOf(scope, entry),
      handler: 'index.handler',
      role,
      logGroup,
      timeout,
      environment: { ...environment, POWERTOOLS_SERVICE_NAME: workflow },
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray has no resources to name: xray:PutTraceSegments and xray:PutTelemetryRecords only exist on *.',
    });

    const period = Duration.minutes(5);
    watch(this, 'Errors', { metric: this.metricErrors({ period }), threshold: 1, workflow, failureMeans });
    watch(this, 'Throttles', { metric: this.metricThrottles({ period }), threshold: 1, workflow, failureMeans });
  }
}

function codeOf(scope: Construct, entry: Entry): Code {
  const bundles: unknown = scope.node.tryGetContext(bundlesContext);
  if (bundles === notBundled) return Code.fromInline('// Not bundled');
  if (typeof bundles !== 'string') throw new Error(`No bundle for ${entry}: set the context ${bundlesContext}.`);
  // Native packages are linked into the bundle, not copied: the asset takes what the links lead to.
  return Code.fromAsset(join(bundles, bundleOf(entry)), { followSymlinks: SymlinkFollowMode.ALWAYS });
}

/** Directory of an entry's bundle under that of all bundles: `<workflow>/<name>`. */
export const bundleOf = (entry: string) => entry.replace(/\.handler\.ts$/, '');
