import { Fn, type Stack } from 'aws-cdk-lib';
import { CfnLogGroup, CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { addOutput } from '../exports.ts';

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

const maxLogGroups = 50;

/**
 * Saves the queries of Logs Insights for the log groups of a workflow's stack. The console accepts no prefix of log groups
 * in a query (`SOURCE`), so that each workflow has its own. `scope` is in another stack, which has room for them.
 */
export function addSavedQueries(
  scope: Construct,
  { workflow, of }: { workflow: string; of: Stack },
): CfnQueryDefinition[] {
  const groups = of.node
    .findAll()
    .filter((construct) => construct instanceof CfnLogGroup)
    .slice(0, maxLogGroups);
  const logGroupNames = groups.map((group) => {
    const output = `${of.getLogicalId(group)}Name`;
    addOutput(of, output, group.ref);
    return Fn.getStackOutput(of.stackName, output);
  });
  return Object.entries(queries).map(
    ([name, lines]) =>
      new CfnQueryDefinition(scope, `Query-${workflow}-${name.replaceAll(' ', '-')}`, {
        name: `Storeworks/${workflow}/${name}`,
        queryString: lines.join('\n| '),
        logGroupNames,
      }),
  );
}
