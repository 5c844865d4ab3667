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
import type { AccessFor } from './access.ts';
import { addAlarm } from './alarm.ts';

/** Path of a Lambda entry point under `functions/`; the first folder is its workflow. */
export type Handler = `${string}/${string}.handler.ts`;

/** `E` is the environment that the handler reads. */
export type FunctionProps<E> = {
  handler: Handler;
  uses: AccessFor<E>;
  /** What a customer or colleague notices when the function fails, as a sentence. */
  errorImpact: string;
  /** @default 20 seconds for a function of the API, 30 seconds for one behind a queue */
  timeout?: Duration;
  /**
   * MiB.
   * @default 1024
   */
  memorySize?: number;
  ephemeralStorageSize?: Size;
};

/** Context key that names the directory of the bundles, or `notBundled`. */
export const bundlesContext = 'storeworks:bundles';
/** For tests that look at the template only: functions without code. */
export const notBundled = 'not bundled';

/** A Lambda function with its own role, log group and alarms. The role may write the log, trace, and what `uses` grants. */
export class WorkflowFunction extends LambdaFunction {
  declare readonly role: IRole;

  constructor(scope: Construct, id: string, props: FunctionProps<never>) {
    const { handler, uses, errorImpact, timeout = Duration.seconds(20), ...size } = props;
    const workflow = handler.slice(0, handler.indexOf('/'));
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      description: `Storeworks ${workflow}: ${handler}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 1024,
      ...size,
      code: codeOf(scope, handler),
      handler: 'index.handler',
      role,
      logGroup,
      timeout,
      environment: { ...uses.variables, POWERTOOLS_SERVICE_NAME: workflow },
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray has no resources to name: xray:PutTraceSegments and xray:PutTelemetryRecords only exist on *.',
    });
    uses.grant?.(this);

    const period = Duration.minutes(5);
    addAlarm(this, 'Errors', { metric: this.metricErrors({ period }), threshold: 1, errorImpact });
    addAlarm(this, 'Throttles', { metric: this.metricThrottles({ period }), threshold: 1, errorImpact });
  }
}

function codeOf(scope: Construct, handler: Handler): Code {
  const bundles: unknown = scope.node.tryGetContext(bundlesContext);
  if (bundles === notBundled) return Code.fromInline('// Not bundled');
  if (typeof bundles !== 'string') throw new Error(`No bundle for ${handler}: set the context ${bundlesContext}.`);
  // Native packages are linked into the bundle, not copied: the asset contains the files that the links lead to.
  return Code.fromAsset(join(bundles, bundleOf(handler)), { followSymlinks: SymlinkFollowMode.ALWAYS });
}

/** Directory of a handler's bundle under the directory of all bundles: its path without `.handler.ts`. */
export const bundleOf = (handler: string) => handler.replace(/\.handler\.ts$/, '');
