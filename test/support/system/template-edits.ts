import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;
/** Changes resources of a stack, by `<stack>-<logical id>`, and returns the number of changes. */
export type Edit = (resources: Resources) => number;

/** Edits every stack of the app in `directory` in place. Throws if nothing changed. */
export function editTemplates(directory: string, edit: Edit): void {
  let changes = 0;
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.template.json'))) {
    const template = JSON.parse(readFileSync(join(directory, file), 'utf8')) as { Resources: Resources };
    const stack = `${file.slice(0, -'.template.json'.length)}-`;
    const resources = mapKeys(template.Resources, (logicalId) => stack + logicalId);
    changes += edit(resources);
    template.Resources = mapKeys(resources, (id) => id.slice(stack.length));
    writeFileSync(join(directory, file), JSON.stringify(template));
  }
  if (changes === 0) throw new Error('The edit found nothing to change in the template');
}

const mapKeys = <V>(record: Record<string, V>, rename: (key: string) => string) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [rename(key), value]));

/** Returns an edit of an environment variable in every function that has it. */
export const environmentEdit =
  (name: string, edit: (text: string) => string): Edit =>
  (resources) => {
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
  };

/** Returns an edit that disables the schedules whose ids match. The test starts their functions itself. */
export const disableSchedules =
  (schedule: RegExp): Edit =>
  (resources) => {
    const found = Object.entries(resources).filter(
      ([id, { Type }]) => Type === 'AWS::Scheduler::Schedule' && schedule.test(id),
    );
    for (const [, { Properties }] of found) Properties.State = 'DISABLED';
    return found.length;
  };

/** Returns an edit of the `CHANNELS` variable that sets the payment time limit of a channel, in minutes. */
export const paymentWindow = (channel: string, minutes: number) => (text: string) =>
  text.replace(`"channel":"${channel}",`, `"channel":"${channel}","paymentWindowMinutes":${minutes},`);

function mapTexts(value: unknown, edit: (text: string) => string): unknown {
  if (typeof value === 'string') return edit(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, edit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, edit)]));
}
