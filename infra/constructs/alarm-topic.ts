import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

/** Where every alarm goes. Who reads it: `-c alarmEmail=…`, or subscribe a pager to it. */
export class AlarmTopic extends Construct {
  private readonly topic: Topic;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'Storeworks alarms', enforceSSL: true });
    // A topic with a policy of its own loses the default that lets the account's alarms in.
    const alarms = Stack.of(this).formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { ArnLike: { 'aws:SourceArn': alarms } },
      }),
    );
    const email: unknown = this.node.tryGetContext('alarmEmail');
    if (typeof email === 'string') this.topic.addSubscription(new EmailSubscription(email));
  }

  /** Tells of all alarms that the stack has by now. */
  tellOf(stack: Stack): void {
    const action = new SnsAction(this.topic);
    for (const construct of stack.node.findAll()) {
      if (construct instanceof Alarm) construct.addAlarmAction(action);
    }
  }
}
