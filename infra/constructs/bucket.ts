import { Duration, RemovalPolicy, type Stack, Validations } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Access } from './access.ts';
import { exportName, exportValue, importFromData } from './exports.ts';

type Keys = `${string}/*`;

type BucketProps = {
  /** EventBridge gets its object events. */
  notifies?: boolean;
  /**
   * Days after which S3 deletes objects, by the beginning of their key; the shortest that matches counts. The table
   * "Retention" in infra/README.md repeats them.
   * @default objects are kept
   */
  expiresAfterDays?: Readonly<Record<string, number>>;
};

/**
 * A bucket of the data stack. S3 keeps overwritten and deleted versions, and expired objects, for 30 days more. `variable`
 * is the environment variable that holds the bucket's name.
 */
export class BucketDefinition<V extends string> {
  /** Logical id. It never changes: CloudFormation would replace the bucket. */
  readonly id: string;
  private readonly variable: V;
  private readonly props: BucketProps;

  constructor(id: string, variable: V, props: BucketProps = {}) {
    this.id = id;
    this.variable = variable;
    this.props = props;
  }

  get name(): string {
    return importFromData(`${this.id}Name`);
  }

  /** Sets the variable; the function makes no request. */
  get bucketName(): Access<V> {
    return { variables: this.named() };
  }

  /** Access to the objects whose keys match, such as `events/*`. */
  objects(keys: Keys, ...actions: ('GetObject' | 'PutObject')[]): Access<V> {
    return {
      variables: this.named(),
      grant: ({ role: grantee }) => {
        const resourceArns = [`${this.arn}/${keys}`];
        Grant.addToPrincipal({ grantee, actions: actions.map((action) => `s3:${action}`), resourceArns });
        Validations.of(grantee).acknowledge({
          id: `AwsSolutions-IAM5[Resource::${exportName(`${this.id}Arn`)}/${keys}]`,
          reason: `Keys contain dates and versions. The function reads or writes ${keys} of this bucket only.`,
        });
      },
    };
  }

  /** Access to list the keys. Without it, S3 responds 403 instead of 404 for a missing key. */
  list(): Access<V> {
    return {
      variables: this.named(),
      grant: ({ role: grantee }) =>
        Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [this.arn] }),
    };
  }

  create(stack: Stack, accessLogs: Bucket): void {
    const { notifies = false, expiresAfterDays = {} } = this.props;
    const bucket = new Bucket(stack, this.id, {
      ...privateBucket,
      versioned: true,
      // The library's own types do not fit each other under `exactOptionalPropertyTypes`.
      serverAccessLogsBucket: accessLogs as IBucket,
      serverAccessLogsPrefix: `${this.id}/`,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1), noncurrentVersionExpiration: Duration.days(30) },
        ...Object.entries(expiresAfterDays).map(([prefix, days]) => ({ prefix, expiration: Duration.days(days) })),
      ],
    });
    const resource = bucket.node.defaultChild as CfnBucket;
    resource.overrideLogicalId(this.id);
    if (notifies) {
      // CloudFormation's own property: the library's would add a function that sets it.
      resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    }
    exportValue(stack, `${this.id}Name`, bucket.bucketName);
    exportValue(stack, `${this.id}Arn`, bucket.bucketArn);
  }

  private get arn(): string {
    return importFromData(`${this.id}Arn`);
  }

  private named() {
    return { [this.variable]: this.name } as Record<V, string>;
  }
}

/** The bucket with the access logs of the other buckets, kept for 90 days. */
export function createAccessLogBucket(stack: Stack): Bucket {
  const bucket = new Bucket(stack, 'AccessLogBucket', {
    ...privateBucket,
    lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1), expiration: Duration.days(90) }],
  });
  (bucket.node.defaultChild as CfnBucket).overrideLogicalId('AccessLogBucket');
  return bucket;
}

const privateBucket = {
  encryption: BucketEncryption.S3_MANAGED,
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  removalPolicy: RemovalPolicy.RETAIN,
};
