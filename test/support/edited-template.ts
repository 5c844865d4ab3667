import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Edit, editTemplates, environmentEdit, paymentWindow, type Resources } from './template-edits.ts';

/**
 * A copy of the synthesised app with something changed, to see what breaks. `edit` is called with each stack's resources
 * and tells how many places it changed; changing none is an error, so that a test cannot pass by missing its target.
 */
function editedTemplate(edit: (resources: Resources) => number): string {
  const directory = mkdtempSync(join(tmpdir(), 'storeworks-cdk-'));
  cpSync(inject('cdkOut'), directory, { recursive: true });
  editTemplates(directory, edit);
  return directory;
}

/** Takes an action out of the statements of every policy whose logical id matches. */
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

/** Gives a channel a payment time limit, in minutes, in every function that knows the channels. */
export const withPaymentWindow = (channel: string, minutes: number) =>
  withEnvironment('CHANNELS', paymentWindow(channel, minutes));

/** Collects batches for one second instead of many, so that a back office settles soon; and edits what else is told. */
export const withShortWindows = (...others: Edit[]) =>
  editedTemplate((resources) => {
    const long = Object.values(resources).filter(
      ({ Type, Properties }) =>
        Type === 'AWS::Lambda::EventSourceMapping' && Number(Properties.MaximumBatchingWindowInSeconds) > 1,
    );
    for (const { Properties } of long) Properties.MaximumBatchingWindowInSeconds = 1;
    return long.length + others.reduce((changes, edit) => changes + edit(resources), 0);
  });

/** Edits a variable's text in every function that has it, whatever parts CloudFormation would join it from. */
export const withEnvironment = (name: string, edit: (text: string) => string) =>
  editedTemplate(environmentEdit(name, edit));

/** Takes out every event rule whose logical id matches; policies that name it name a rule that is not there. */
export const withoutRule = (rule: RegExp) =>
  editedTemplate((resources) => {
    const ids = Object.keys(resources).filter((id) => resources[id]?.Type === 'AWS::Events::Rule' && rule.test(id));
    for (const id of ids) delete resources[id];
    const gone = 'arn:aws:events:eu-west-1:000000000000:rule/gone';
    const rest = JSON.stringify(resources, (_key, value: unknown) => {
      const attribute = value && typeof value === 'object' && 'Fn::GetAtt' in value ? value['Fn::GetAtt'] : undefined;
      return Array.isArray(attribute) && ids.includes(String(attribute[0])) ? gone : value;
    });
    Object.assign(resources, JSON.parse(rest));
    return ids.length;
  });
