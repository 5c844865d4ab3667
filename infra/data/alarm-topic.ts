import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { exportValue } from '../constructs/exports.ts';

/** The topic that every alarm notifies. `email` subscribes to it; an on-call service can too. */
export function createAlarmTopic(stack: Stack, email: string | undefined): void {
  const topic = new Topic(new Construct(stack, 'Alarms'), 'Topic', {
    displayName: 'Storeworks alarms',
    enforceSSL: true,
  });
  // A topic with its own policy loses the default one, which admits the alarms of the account.
  const alarms = Stack.of(stack).formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'Alarms',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { ArnLike: { 'aws:SourceArn': alarms } },
    }),
  );
  if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
  exportValue(stack, 'AlarmTopicArn', topic.topicArn);
}
