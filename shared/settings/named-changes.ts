import { maxNamedChanges } from '../contracts/settings/events.ts';
import type { SettingChange } from '../contracts/settings/version.ts';

/** Most bytes of the changes with values in an event, as JSON. Later ones have none: the version in the API has all. */
const maxValueBytes = 16_000;

/** The first changes as an event names them: with their values before and after while they fit. */
export function namedChanges(changes: readonly SettingChange[]): SettingChange[] {
  let bytes = 0;
  return changes.slice(0, maxNamedChanges).map((change) => {
    const size = Buffer.byteLength(JSON.stringify(change));
    if (bytes + size > maxValueBytes) return { entry: change.entry, kind: change.kind };
    bytes += size;
    return change;
  });
}
