import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';

type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;

/**
 * A copy of the synthesised app with something changed, to see what breaks. `edit` is called with each stack's resources
 * and tells how many places it changed; changing none is an error, so that a test cannot pass by missing its target.
 */
function editedTemplate(edit: (resources: Resources) => number): string {
  const directory = mkdtempSync(join(tmpdir(), 'storeworks-cdk-'));
  cpSync(inject('cdkOut'), directory, { recursive: true });
  let changes = 0;
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.template.json'))) {
    const template = JSON.parse(readFileSync(join(directory, file), 'utf8')) as { Resources: Resources };
    changes += edit(template.Resources);
    writeFileSync(join(directory, file), JSON.stringify(template));
  }
  if (changes === 0) throw new Error('The edit found nothing to change in the template');
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
  withEnvironment('CHANNELS', (text) =>
    text.replace(`"channel":"${channel}",`, `"channel":"${channel}","paymentWindowMinutes":${minutes},`),
  );

/** Edits a variable's text in every function that has it, whatever parts CloudFormation would join it from. */
export function withEnvironment(name: string, edit: (text: string) => string) {
  return editedTemplate((resources) => {
    let changes = 0;
    for (const resource of Object.values(resources)) {
      if (resource.Type !== 'AWS::Lambda::Function') continue;
      const { Variables } = (resource.Properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
      const before = Variables?.[name];
      if (!Variables || before === undefined) continue;
      const after = mapTexts(before, edit);
      if (JSON.stringify(after) === JSON.stringify(before)) continue;
      Variables[name] = after;
      changes += 1;
    }
    return changes;
  });
}

function mapTexts(value: unknown, edit: (text: string) => string): unknown {
  if (typeof value === 'string') return edit(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, edit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, edit)]));
}

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

/** Lets no batch be collected for more than a second, for tests that wait for rest again and again. */
export const withShortWindows = () =>
  editedTemplate((resources) => {
    const windows = Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')
      .filter(({ Properties }) => Number(Properties.MaximumBatchingWindowInSeconds ?? 0) > 1);
    for (const { Properties } of windows) Properties.MaximumBatchingWindowInSeconds = 1;
    return windows.length;
  });
