import * as z from 'zod';
import type { Credentials } from '../gateway/access-keys.ts';
import type { Resource, Template } from '../template/template.ts';
import { parseProperties, refusal } from '../template/template-properties.ts';

/** A function of the template with its asynchronous invocation settings; defaults as on AWS. */
export type FunctionConfig = {
  name: string;
  arn: string;
  roleArn: string;
  /** Directory of the unpacked code. */
  directory: string;
  /** `file.export`. */
  handler: string;
  environment: Record<string, string>;
  timeoutSeconds: number;
  memoryMb: number;
  /** `undefined` for no limit; 0 disables the function. */
  reservedConcurrency: number | undefined;
  deadLetterArn: string | undefined;
  async: AsyncConfig;
};

type AsyncConfig = {
  retries: number;
  maximumAgeSeconds: number;
  onSuccess: string | undefined;
  onFailure: string | undefined;
};

const runtime = 'nodejs24.x';

const FunctionProperties = z.object({
  Code: z.unknown(),
  Handler: z.string().regex(/^[^.]+\.[^.]+/, 'must be file.export'),
  Role: z.string(),
  Runtime: z.literal(runtime),
  PackageType: z.literal('Zip').optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).optional(),
  Timeout: z.coerce.number().int().min(1).max(900).default(3),
  MemorySize: z.coerce.number().int().min(128).max(10_240).default(128),
  ReservedConcurrentExecutions: z.coerce.number().int().min(0).optional(),
  DeadLetterConfig: z.object({ TargetArn: z.string().optional() }).optional(),
});

const Destination = z.object({ Destination: z.string().optional() }).optional();

const EventInvokeProperties = z.object({
  FunctionName: z.string(),
  Qualifier: z.literal('$LATEST', 'the local engine supports $LATEST only'),
  MaximumRetryAttempts: z.coerce.number().int().min(0).max(2).default(2),
  MaximumEventAgeInSeconds: z.coerce.number().int().min(60).max(21_600).default(21_600),
  DestinationConfig: z.object({ OnSuccess: Destination, OnFailure: Destination }).optional(),
});

/** Reserved environment variables, which Lambda refuses in a function's configuration. */
const reservedVariables =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;

/** Reads every function of the template, by ARN. Throws StartError for an unsupported setting. */
export function readFunctions(template: Template): Map<string, FunctionConfig> {
  const asyncConfigs = readAsyncConfigs(template);
  const functions = template
    .ofType('AWS::Lambda::Function')
    .map((resource) => readFunction(template, resource, asyncConfigs.get(resource.name)));
  return new Map(functions.map((config) => [config.arn, config]));
}

function readFunction(template: Template, resource: Resource, async: AsyncConfig = defaultAsyncConfig): FunctionConfig {
  const properties = parseProperties(FunctionProperties, resource);
  const environment = properties.Environment?.Variables ?? {};
  const reserved = Object.keys(environment).find((name) => reservedVariables.test(name));
  if (reserved) throw refusal(resource, `Environment: the variable ${reserved} is reserved by Lambda`);
  return {
    name: resource.name,
    arn: resource.arn,
    roleArn: properties.Role,
    directory: template.assetDirectory(properties.Code),
    handler: properties.Handler,
    environment,
    timeoutSeconds: properties.Timeout,
    memoryMb: properties.MemorySize,
    reservedConcurrency: properties.ReservedConcurrentExecutions,
    deadLetterArn: properties.DeadLetterConfig?.TargetArn,
    async,
  };
}

const defaultAsyncConfig: AsyncConfig = {
  retries: 2,
  maximumAgeSeconds: 21_600,
  onSuccess: undefined,
  onFailure: undefined,
};

function readAsyncConfigs(template: Template): Map<string, AsyncConfig> {
  const configs = new Map<string, AsyncConfig>();
  for (const resource of template.ofType('AWS::Lambda::EventInvokeConfig')) {
    const properties = parseProperties(EventInvokeProperties, resource);
    const { OnSuccess, OnFailure } = properties.DestinationConfig ?? {};
    for (const arn of [OnSuccess?.Destination, OnFailure?.Destination]) {
      if (arn && !/^arn:aws:(sqs|lambda|events):/.test(arn)) throw refusal(resource, `cannot send records to ${arn}`);
    }
    configs.set(functionNameOf(properties.FunctionName), {
      retries: properties.MaximumRetryAttempts,
      maximumAgeSeconds: properties.MaximumEventAgeInSeconds,
      onSuccess: OnSuccess?.Destination,
      onFailure: OnFailure?.Destination,
    });
  }
  return configs;
}

/** The function name from a name, a partial ARN or a full ARN, each with or without a qualifier. */
export function functionNameOf(nameOrArn: string): string {
  const match = /^(?:arn:aws:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?([\w-]+)(?::(?:\$LATEST))?$/.exec(nameOrArn);
  return match?.[1] ?? nameOrArn;
}

type Surroundings = {
  region: string;
  gatewayUrl: string;
  credentials: Credentials;
  /** Variables of every function; a function's own variable of the same name takes precedence. */
  functionEnvironment?: Record<string, string> | undefined;
};

/**
 * The environment variables that Lambda sets for every function; AWS_ENDPOINT_URL sends all AWS calls to the gateway.
 */
export function environmentOf(
  config: FunctionConfig,
  { region, gatewayUrl, credentials, functionEnvironment }: Surroundings,
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
    ...functionEnvironment,
    ...config.environment,
    _HANDLER: config.handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: config.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${config.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: config.name,
    LAMBDA_TASK_ROOT: config.directory,
    AWS_ENDPOINT_URL: gatewayUrl,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    // Otherwise the SDK reads the developer's configuration files or requests instance credentials.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
