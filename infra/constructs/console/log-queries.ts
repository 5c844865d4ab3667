import { Lazy } from 'aws-cdk-lib';
import { CfnQueryDefinition, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** Saved queries by name. Logs Insights searches at most 50 log groups; a workflow has fewer. */
const queries: Record<string, string[]> = {
  'One order by correlation id': [
    'fields @timestamp, level, message, route, orderId, @log',
    'filter correlationId = "put the correlation id here"',
    'sort @timestamp asc',
    'limit 500',
  ],
  'Refusals by reason': [
    'filter ispresent(reason) or ispresent(refusal)',
    'stats count(*) as refusals by coalesce(reason, refusal) as why, route',
    'sort refusals desc',
  ],
  'Slowest requests': [
    'filter type = "platform.report"',
    'fields @timestamp, record.metrics.durationMs as milliseconds, record.requestId as requestId, @log',
    'sort milliseconds desc',
    'limit 50',
  ],
};

/**
 * Saves the queries of Logs Insights for the log groups of a workflow. The console accepts no prefix of log groups in a
 * query (`SOURCE`), so that each workflow has its own.
 */
export const addSavedQueries = (scope: Construct, workflow: string): CfnQueryDefinition[] =>
  Object.entries(queries).map(
    ([name, lines]) =>
      new CfnQueryDefinition(scope, `Query-${name.replaceAll(' ', '-')}`, {
        name: `Storeworks/${workflow}/${name}`,
        queryString: lines.join('\n| '),
        logGroupNames: Lazy.list({ produce: () => logGroupsIn(scope).map(({ logGroupName }) => logGroupName) }),
      }),
  );

const maxLogGroups = 50;

const logGroupsIn = (scope: Construct) =>
  scope.node
    .findAll()
    .filter((construct) => construct instanceof LogGroup)
    .slice(0, maxLogGroups);
