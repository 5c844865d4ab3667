import { ArnFormat, type Stack } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';

/** Every alarm of a stack goes to one topic. Who reads it: `-c alarmEmail=…`, or subscribe a pager to it. */
export function tellSomebody(stack: Stack): void {
  const topic = new Topic(stack, 'Alarms', { displayName: 'Storeworks alarms', enforceSSL: true });
  // A topic with a policy of its own loses the default that lets the account's alarms in.
  const alarms = stack.formatArn({
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
  const email: unknown = stack.node.tryGetContext('alarmEmail');
  if (typeof email === 'string') topic.addSubscription(new EmailSubscription(email));
  const action = new SnsAction(topic);
  for (const construct of stack.node.findAll()) {
    if (construct instanceof Alarm) construct.addAlarmAction(action);
  }
}
