import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { watch } from './alarm.ts';

/** Where what could not be done waits for a person: as long as SQS keeps anything, and never silently. */
export class DeadLetterQueue extends Queue {
  constructor(scope: Construct, id: string, { workflow, failureMeans }: { workflow: string; failureMeans: string }) {
    super(scope, id, { retentionPeriod: Duration.days(14), encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true });
    watch(this, 'NotEmpty', {
      metric: this.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' }),
      threshold: 1,
      workflow,
      failureMeans,
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is the dead-letter queue; the check does not see schedules, rules and stream mappings that use it.',
    });
  }
}
