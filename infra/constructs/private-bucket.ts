import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Grant, type IRole } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** A bucket that outlives its stack, and tells the account's default bus of its objects if it should. A version that was overwritten or deleted stays for 30 days. */
export class PrivateBucket extends Bucket {
  private readonly arnExport: string;
  /** For other stacks only. */
  private readonly exportedArn: string;

  /** `id` is the logical id too, so that moving the construct never replaces the data. */
  constructor(scope: Construct, id: string, props: { accessLogs: AccessLogBucket; tellsOfObjects?: boolean }) {
    super(scope, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      // The library's own types do not fit each other under `exactOptionalPropertyTypes`.
      serverAccessLogsBucket: props.accessLogs as IBucket,
      serverAccessLogsPrefix: `${id}/`,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1), noncurrentVersionExpiration: Duration.days(30) },
      ],
    });
    const bucket = this.node.defaultChild as CfnBucket;
    bucket.overrideLogicalId(id);
    if (props.tellsOfObjects) {
      // CloudFormation's own property: the library's would add a function that sets it.
      bucket.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    }
    // Exported under a readable name, which the acknowledgement below can say.
    this.arnExport = `${Stack.of(this).stackName}-${id}-Arn`;
    this.exportedArn = Stack.of(this).exportValue(this.bucketArn, { name: this.arnExport });
  }

  /** Allows exactly these actions on the objects whose keys match `keys`, such as `events/*`. */
  grantObjects(role: IRole, keys: `${string}/*`, ...actions: `s3:${string}`[]) {
    Grant.addToPrincipal({ grantee: role, actions, resourceArns: [`${this.exportedArn}/${keys}`] });
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${this.arnExport}/${keys}]`,
      reason: `The keys are made of days and versions; ${keys} of this bucket is what the function is for.`,
    });
  }

  /** Allows to list the keys; without it, S3 answers "access denied" instead of "no such key". */
  grantList(role: IRole) {
    Grant.addToPrincipal({ grantee: role, actions: ['s3:ListBucket'], resourceArns: [this.exportedArn] });
  }
}

/** Who read and wrote which object of the other buckets, for 90 days. */
export class AccessLogBucket extends Bucket {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1), expiration: Duration.days(90) }],
    });
    (this.node.defaultChild as CfnBucket).overrideLogicalId(id);
  }
}
