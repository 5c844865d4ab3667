import { randomUUID } from 'node:crypto';
import type { AwsService } from '../gateway/aws-call.ts';
import type { Deliver, LocalContext, Running, Support } from '../context.ts';
import { createDeliveries } from '../events/deliveries.ts';
import type { Iam } from '../iam/iam.ts';
import { readSchedule, type Schedule } from './schedule.ts';
import { openScheduleClock, type ScheduleClock } from './schedule-clock.ts';
import { createScheduleSender, deliveryOf } from './schedule-sender.ts';
import { openScheduleStore, type ScheduleStore } from './schedule-store.ts';
import { createScheduledRules, type ScheduledRules } from './scheduled-rules.ts';
import { createSchedulerApi } from './scheduler-api.ts';
import { StartError } from '../start-error.ts';
import type { Resource } from '../template/template.ts';

export const supports: Support = {
  'AWS::Scheduler::Schedule': {
    effective: [
      'EndDate',
      'FlexibleTimeWindow',
      'GroupName',
      'Name',
      'ScheduleExpression',
      'ScheduleExpressionTimezone',
      'StartDate',
      'State',
      'Target',
    ],
    // A description has no effect, and the state directory is not encrypted.
    inert: ['Description', 'KmsKeyArn'],
  },
  'AWS::Scheduler::ScheduleGroup': { effective: ['Name'], inert: [] },
};

export type Scheduler = AwsService &
  Running & {
    /** Checks for due schedules now, after a test has changed the clock. */
    checkNow: () => void;
  };

/** Maximum time until a timer notices a changed test clock. */
const longestSleepMs = 100;

/**
 * Runs the schedules of the template, those created at run time, and the scheduled rules. One transaction stores the
 * delivery and advances the schedule, so that a kill of the process loses no invocation. Of several missed occurrences,
 * the latest one is delivered. Throws StartError with the schedule for an invalid or unsupported one.
 */
export function startScheduler(context: LocalContext, { deliver, iam }: { deliver: Deliver; iam: Iam }): Scheduler {
  const { state, template } = context;
  const store = openScheduleStore(context);
  const clock = openScheduleClock(context);
  const rules = createScheduledRules(context, { deliver });
  const deliveries = createDeliveries(context, {
    owner: 'scheduler',
    ...createScheduleSender(context, { deliver, iam }),
  });
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const setNext = (arn: string, schedule: Schedule) => {
    clock.set(arn, timingOf(schedule));
    setImmediate(plan);
  };
  const api = createSchedulerApi({ template, store, transaction: state.transaction, setNext, cancel: clock.remove });

  function invokeSchedule(arn: string, occurrence: number, isLast: boolean): void {
    const [groupName = '', name = ''] = arn.split('/').slice(-2);
    const stored = store.get(groupName, name);
    if (!stored) return clock.remove(arn);
    deliveries.keep([deliveryOf(template, arn, stored.definition, { at: occurrence, executionId: randomUUID() })]);
    if (!isLast || stored.definition.ActionAfterCompletion !== 'DELETE') return;
    store.remove(groupName, name);
    clock.remove(arn);
  }

  function tick(): void {
    state.transaction(() => {
      for (const { arn, occurrence, isLast } of clock.takeDue()) {
        if (arn.startsWith('arn:aws:events:')) rules.fire(arn, occurrence);
        else invokeSchedule(arn, occurrence, isLast);
      }
    });
    plan();
  }

  function plan(): void {
    clearTimeout(timer);
    const next = stopped || !state.db.isOpen ? null : clock.nextAt();
    if (next === null) return;
    timer = setTimeout(checkNow, Math.min(Math.max(next - context.now(), 0), longestSleepMs));
  }

  function checkNow(): void {
    if (stopped || !state.db.isOpen) return;
    try {
      tick();
    } catch (error) {
      context.log(`The scheduler could not write its state and retries: ${String(error)}`);
      timer = setTimeout(checkNow, longestSleepMs);
    }
  }

  state.transaction(() => {
    declareGroups(context, store, clock);
    declareSchedules(context, store, clock);
    declareRules(store, clock, rules);
  });
  plan();
  return {
    ...api,
    checkNow,
    pending: () => (state.db.isOpen ? clock.dueCount() : 0) + deliveries.pending() + rules.pending(),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await Promise.all([deliveries.stop(), rules.stop()]);
    },
  };
}

const timingOf = (schedule: Schedule) => ({
  expression: schedule.ScheduleExpression,
  timeZone: schedule.ScheduleExpressionTimezone,
  startAt: schedule.StartDate,
  endAt: schedule.EndDate,
  windowMs: (schedule.FlexibleTimeWindow.MaximumWindowInMinutes ?? 0) * 60_000,
  isPaused: schedule.State === 'DISABLED',
});

/** Creates the template's groups; deletes removed ones with their schedules, as CloudFormation does. */
function declareGroups({ template }: LocalContext, store: ScheduleStore, clock: ScheduleClock): void {
  const groups = template.ofType('AWS::Scheduler::ScheduleGroup');
  for (const name of ['default', ...groups.map((group) => group.name)]) if (!store.group(name)) store.addGroup(name);
  const names = new Set(groups.map(({ name }) => name));
  for (const name of store.declared('group').keys()) {
    if (names.has(name)) continue;
    const from = { groupName: '', name: '' };
    for (const schedule of store.list({ groupName: name, namePrefix: '', after: from, limit: -1 })) {
      store.remove(name, schedule.name);
      clock.remove(arnOf(template, name, schedule.name));
    }
    store.removeGroup(name);
    store.removeDeclared('group', name);
  }
  for (const name of names) store.declare('group', name, '');
}

const arnOf = ({ region, accountId }: LocalContext['template'], groupName: string, name: string) =>
  `arn:aws:scheduler:${region}:${accountId}:schedule/${groupName}/${name}`;

/**
 * Creates or updates the template's schedules. A schedule with an unchanged definition continues, also if it was
 * changed or deleted at run time; a removed one is deleted.
 */
function declareSchedules({ template }: LocalContext, store: ScheduleStore, clock: ScheduleClock): void {
  const before = store.declared('schedule');
  for (const resource of template.ofType('AWS::Scheduler::Schedule')) {
    const schedule = readResource(resource);
    if (!store.group(schedule.GroupName)) {
      throw new StartError(`${resource.stack}/${resource.logicalId}: the group ${schedule.GroupName} does not exist.`);
    }
    const key = `${schedule.GroupName}/${resource.name}`;
    const definition = JSON.stringify(schedule);
    const isUnchanged = before.get(key) === definition;
    before.delete(key);
    if (isUnchanged) continue;
    store.put(resource.name, schedule);
    store.declare('schedule', key, definition);
    clock.set(arnOf(template, schedule.GroupName, resource.name), timingOf(schedule));
  }
  for (const key of before.keys()) {
    const [groupName = '', name = ''] = key.split('/');
    store.remove(groupName, name);
    clock.remove(arnOf(template, groupName, name));
    store.removeDeclared('schedule', key);
  }
}

function readResource({ stack, logicalId, properties }: Resource): Schedule {
  try {
    return readSchedule(properties);
  } catch (error) {
    throw new StartError(`${stack}/${logicalId}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Adds the template's scheduled rules to the clock; removes the others. */
function declareRules(store: ScheduleStore, clock: ScheduleClock, { rules }: ScheduledRules): void {
  const before = store.declared('rule');
  for (const [arn, { scheduleExpression: expression }] of rules) {
    const isUnchanged = before.get(arn) === expression;
    before.delete(arn);
    if (isUnchanged) continue;
    store.declare('rule', arn, expression);
    clock.set(arn, { expression, timeZone: 'UTC', windowMs: 0, isPaused: false }, { firstAfterPeriod: true });
  }
  for (const arn of before.keys()) {
    clock.remove(arn);
    store.removeDeclared('rule', arn);
  }
}
