import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';

/** Keeps failed messages for 14 days, the longest retention of SQS. One message raises the alarm. */
export class DeadLetterQueue extends Queue {
  constructor(scope: Construct, id: string, { errorImpact }: { errorImpact: string }) {
    super(scope, id, { retentionPeriod: Duration.days(14), encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true });
    addAlarm(this, 'NotEmpty', {
      metric: this.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' }),
      threshold: 1,
      errorImpact,
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is the dead-letter queue; the check does not see schedules, rules and stream mappings that use it.',
    });
  }
}
