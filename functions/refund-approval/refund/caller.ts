import type { Channels } from '../../../shared/store.ts';
import type { Decider } from '../approvals/decide.ts';

type Caller = { clientId: string; subject: string; groups: string[]; address: string };

/** Who decides, in which department: a person's group that has one, or the department that a machine acts for. */
export function deciderOf(caller: Caller, departments: Record<string, string>): Decider {
  const { clientId, subject, groups, address } = caller;
  const known = new Set(Object.values(departments));
  const department = groups.find((group) => known.has(group)) ?? departments[clientId] ?? 'none';
  return { by: subject || clientId, department, from: address };
}

/** Whether the caller may see orders of the channel: a channel sees its own only, staff all. */
export function isVisibleTo({ clientId }: Pick<Caller, 'clientId'>, channels: Channels, channel: string): boolean {
  const own = channels[clientId];
  return !own || own.staff || own.channel === channel;
}
