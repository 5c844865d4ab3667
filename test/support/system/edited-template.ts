import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Edit, editTemplates, environmentEdit, paymentWindow, type Resources } from './template-edits.ts';

/**
 * Returns the directory of an edited copy of the synthesised app. `edit` receives the resources of each stack and returns
 * the number of changes. Zero changes in all stacks are an error, so that a test cannot pass because its edit found nothing.
 */
function editedTemplate(edit: (resources: Resources) => number): string {
  const directory = mkdtempSync(join(tmpdir(), 'storeworks-cdk-'));
  cpSync(inject('cdkOut'), directory, { recursive: true });
  editTemplates(directory, edit);
  return directory;
}

/** Removes an action from the statements of every policy whose id matches. */
export const withoutGrant = (policy: RegExp, action: string) =>
  editedTemplate((resources) => {
    let changes = 0;
    for (const [id, resource] of Object.entries(resources)) {
      if (resource.Type !== 'AWS::IAM::Policy' || !policy.test(id)) continue;
      const document = resource.Properties.PolicyDocument as { Statement: { Action: string | string[] }[] };
      for (const statement of document.Statement) {
        const actions = [statement.Action].flat();
        if (!actions.includes(action)) continue;
        statement.Action = actions.length > 1 ? actions.filter((other) => other !== action) : 'none:None';
        changes += 1;
      }
    }
    return changes;
  });

/** Sets the payment time limit of a channel, in minutes, in every function with the `CHANNELS` variable. */
export const withPaymentWindow = (channel: string, minutes: number) =>
  withEnvironment('CHANNELS', paymentWindow(channel, minutes));

/** Limits every batching window to one second, so that a test waits less, and applies further edits. */
export const withShortWindows = (...others: Edit[]) =>
  editedTemplate((resources) => {
    const long = Object.values(resources).filter(
      ({ Type, Properties }) =>
        Type === 'AWS::Lambda::EventSourceMapping' && Number(Properties.MaximumBatchingWindowInSeconds) > 1,
    );
    for (const { Properties } of long) Properties.MaximumBatchingWindowInSeconds = 1;
    return long.length + others.reduce((changes, edit) => changes + edit(resources), 0);
  });

/** Edits an environment variable in every function that has it, also inside CloudFormation functions such as `Fn::Join`. */
export const withEnvironment = (name: string, edit: (text: string) => string) =>
  editedTemplate(environmentEdit(name, edit));

/** Removes every event rule whose id matches. References to it then name a rule that does not exist. */
export const withoutRule = (rule: RegExp) =>
  editedTemplate((resources) => {
    const ids = Object.keys(resources).filter((id) => resources[id]?.Type === 'AWS::Events::Rule' && rule.test(id));
    for (const id of ids) delete resources[id];
    const missingRuleArn = 'arn:aws:events:eu-west-1:000000000000:rule/missing';
    const rest = JSON.stringify(resources, (_key, value: unknown) => {
      const attribute = value && typeof value === 'object' && 'Fn::GetAtt' in value ? value['Fn::GetAtt'] : undefined;
      return Array.isArray(attribute) && ids.some((id) => id.endsWith(`-${String(attribute[0])}`))
        ? missingRuleArn
        : value;
    });
    Object.assign(resources, JSON.parse(rest));
    return ids.length;
  });
