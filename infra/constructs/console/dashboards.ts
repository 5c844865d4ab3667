import { Aws, Stack } from 'aws-cdk-lib';
import { CfnAlarm, CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

type Place = { x: number; y: number; width: number; height: number };

const widgets: { widget: string; title: string; place: Place }[] = [
  { widget: 'orders', title: "Today's orders and sales", place: { x: 0, y: 0, width: 8, height: 7 } },
  { widget: 'nightly-run', title: 'Last nightly run', place: { x: 8, y: 0, width: 8, height: 7 } },
  { widget: 'dead-letters', title: 'Dead letters', place: { x: 16, y: 0, width: 8, height: 7 } },
  { widget: 'held-orders', title: 'Held orders', place: { x: 0, y: 7, width: 12, height: 8 } },
  { widget: 'refunds', title: 'Refunds awaiting a decision', place: { x: 12, y: 7, width: 12, height: 8 } },
  { widget: 'promotions', title: 'Running promotions', place: { x: 0, y: 15, width: 12, height: 8 } },
  { widget: 'stock-alerts', title: 'Stock alerts', place: { x: 12, y: 15, width: 12, height: 8 } },
];

/** Adds a dashboard whose custom widgets a function renders, and the alarms of every workflow. */
export function addDashboard(scope: Construct, id: string, name: string, handler: IFunction): CfnDashboard {
  const custom = widgets.map(({ widget, title, place: { x, y, width, height } }) => ({
    type: 'custom',
    x,
    y,
    width,
    height,
    properties: {
      endpoint: handler.functionArn,
      title,
      params: { widget },
      updateOn: { refresh: true, resize: false, timeRange: false },
    },
  }));
  const health = alarmsByWorkflow(scope).map(({ workflow, alarms }, index) => ({
    type: 'alarm',
    x: (index % 4) * 6,
    y: 23 + Math.floor(index / 4) * 4,
    width: 6,
    height: 4,
    // Those that are not OK come first.
    properties: { title: workflow, alarms, sortBy: 'stateUpdatedTimestamp' },
  }));
  return new CfnDashboard(scope, id, {
    dashboardName: name,
    dashboardBody: Stack.of(scope).toJsonString({ widgets: [...custom, ...health] }),
  });
}

/** Alarms that a widget of CloudWatch shows at most. */
const maxAlarms = 100;

/** ARNs of the alarms of all stacks of the app. */
function alarmsByWorkflow(scope: Construct) {
  const alarms = scope.node.root.node.findAll().filter((construct) => construct instanceof CfnAlarm);
  return [...Map.groupBy(alarms, (alarm) => Stack.of(alarm).node.id)].map(([workflow, found]) => ({
    workflow,
    alarms: found
      .slice(0, maxAlarms)
      .map(
        ({ alarmName }) => `arn:${Aws.PARTITION}:cloudwatch:${Aws.REGION}:${Aws.ACCOUNT_ID}:alarm:${alarmName ?? ''}`,
      ),
  }));
}
