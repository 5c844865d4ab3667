import { maxNamedChanges } from '../contracts/settings/events.ts';
import type { SettingChange } from '../contracts/settings/version.ts';

/** Most bytes of the values in an event, as JSON. A longer value is left out, and the version in the API has it. */
const maxValueBytes = 16_000;

/** The first changes as an event names them: with their values before and after while they fit. */
export function namedChanges(changes: readonly SettingChange[]): SettingChange[] {
  let bytes = 0;
  return changes.slice(0, maxNamedChanges).map(({ entry, kind, ...values }) => {
    const size = Buffer.byteLength(JSON.stringify(values));
    if (bytes + size > maxValueBytes) return { entry, kind };
    bytes += size;
    return { entry, kind, ...values };
  });
}
