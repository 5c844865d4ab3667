import type { Stack } from 'aws-cdk-lib';
import { type CfnEventBus, EventBus } from 'aws-cdk-lib/aws-events';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Access } from '../constructs/access.ts';
import { exportValue, importFromData } from '../constructs/exports.ts';

export const bus: { name: string; publisher: Access<'EVENT_BUS_NAME'> } = {
  name: importFromData('EventBusName'),
  publisher: {
    variables: { EVENT_BUS_NAME: importFromData('EventBusName') },
    grant: ({ role: grantee }) =>
      Grant.addToPrincipal({ grantee, actions: ['events:PutEvents'], resourceArns: [importFromData('EventBusArn')] }),
  },
};

export function createEventBus(stack: Stack): void {
  const created = new EventBus(stack, 'Bus', { description: 'What happened in the store' });
  (created.node.defaultChild as CfnEventBus).overrideLogicalId('Bus');
  exportValue(stack, 'EventBusName', created.eventBusName);
  exportValue(stack, 'EventBusArn', created.eventBusArn);
}
