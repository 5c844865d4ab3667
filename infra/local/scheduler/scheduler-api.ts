import * as z from 'zod';
import { type AwsResponse, type AwsCall, AwsError, type AwsService, type Permission } from '../gateway/aws-call.ts';
import type { Template } from '../template/template.ts';
import { invalid, readSchedule, type Schedule } from './schedule.ts';
import type { ScheduleStore, StoredGroup, StoredSchedule } from './schedule-store.ts';
import { nextToken, readNextToken, readPage, readRequest, type Request, tokenOf } from './scheduler-request.ts';

type Parts = {
  template: Template;
  store: ScheduleStore;
  transaction: <T>(work: () => T) => T;
  /** Computes the schedule's next invocation. */
  setNext: (arn: string, schedule: Schedule) => void;
  /** Removes the schedule's next invocation. */
  cancel: (arn: string) => void;
};

/**
 * The REST API of EventBridge Scheduler. Throws AwsError `ValidationException`, `ResourceNotFoundException` (404)
 * and `ConflictException` (409). Source: EventBridge Scheduler API reference.
 */
export function createSchedulerApi({ template, store, transaction, setNext, cancel }: Parts): AwsService {
  const arnOf = (path: string) => `arn:aws:scheduler:${template.region}:${template.accountId}:${path}`;
  const scheduleArn = (groupName: string, name: string) => arnOf(`schedule/${groupName}/${name}`);
  const groupArn = (name: string) => arnOf(`schedule-group/${name}`);

  function found(groupName: string, name: string): StoredSchedule {
    const schedule = store.get(groupName, name);
    if (!schedule) throw notFound(`Schedule ${name} does not exist.`);
    return schedule;
  }

  function createSchedule({ name, body }: Request): unknown {
    const schedule = readSchedule(body);
    const token = tokenOf(body.ClientToken);
    const { GroupName: groupName } = schedule;
    const arn = scheduleArn(groupName, name);
    if (!store.group(groupName)) throw notFound(`Schedule group ${groupName} does not exist.`);
    const existing = store.get(groupName, name);
    if (existing) {
      // An idempotent retry with the same token.
      if (token !== undefined && existing.clientToken === token) return { ScheduleArn: arn };
      throw conflict(`Schedule ${name} already exists.`);
    }
    store.put(name, schedule, token ?? null);
    setNext(arn, schedule);
    return { ScheduleArn: arn };
  }

  function updateSchedule({ name, body }: Request): unknown {
    const schedule = readSchedule(body);
    found(schedule.GroupName, name);
    store.put(name, schedule);
    const arn = scheduleArn(schedule.GroupName, name);
    setNext(arn, schedule);
    return { ScheduleArn: arn };
  }

  function getSchedule({ name, groupName }: Request): unknown {
    const { definition, createdAt, modifiedAt } = found(groupName, name);
    return {
      ...definition,
      Arn: scheduleArn(groupName, name),
      Name: name,
      CreationDate: seconds(createdAt),
      LastModificationDate: seconds(modifiedAt),
      StartDate: definition.StartDate && seconds(definition.StartDate),
      EndDate: definition.EndDate && seconds(definition.EndDate),
    };
  }

  function removeSchedule(groupName: string, name: string): void {
    store.remove(groupName, name);
    cancel(scheduleArn(groupName, name));
  }

  function listSchedules({ query }: Request): unknown {
    const page = readPage(query);
    const groupName = page.ScheduleGroup;
    if (groupName !== undefined && !store.group(groupName))
      throw notFound(`Schedule group ${groupName} does not exist.`);
    const [afterGroup, afterName] = page.NextToken === undefined ? ['', ''] : readNextToken(page.NextToken);
    const limit = page.MaxResults;
    const schedules = store.list({
      namePrefix: page.NamePrefix,
      after: { groupName: afterGroup, name: afterName },
      limit: limit + 1,
      ...(groupName !== undefined && { groupName }),
      ...(page.State !== undefined && { state: page.State }),
    });
    const shown = schedules.slice(0, limit);
    const last = schedules.length > limit ? shown.at(-1) : undefined;
    return {
      Schedules: shown.map(({ groupName, name, definition, createdAt, modifiedAt }) => ({
        Arn: scheduleArn(groupName, name),
        Name: name,
        GroupName: groupName,
        State: definition.State,
        CreationDate: seconds(createdAt),
        LastModificationDate: seconds(modifiedAt),
        Target: { Arn: definition.Target.Arn },
      })),
      ...(last && { NextToken: nextToken(last.groupName, last.name) }),
    };
  }

  const describeGroup = ({ name, createdAt, modifiedAt }: StoredGroup) => ({
    Arn: groupArn(name),
    Name: name,
    State: 'ACTIVE',
    CreationDate: seconds(createdAt),
    LastModificationDate: seconds(modifiedAt),
  });

  function createGroup({ name }: Request): unknown {
    if (store.group(name)) throw conflict(`Schedule group ${name} already exists.`);
    store.addGroup(name);
    return { ScheduleGroupArn: groupArn(name) };
  }

  function foundGroup(name: string): StoredGroup {
    const group = store.group(name);
    if (!group) throw notFound(`Schedule group ${name} does not exist.`);
    return group;
  }

  function deleteGroup({ name }: Request): unknown {
    if (name === 'default') throw invalid('The default schedule group cannot be deleted.');
    foundGroup(name);
    for (const { name: scheduleName } of store.list({
      groupName: name,
      namePrefix: '',
      after: { groupName: '', name: '' },
      limit: -1,
    })) {
      removeSchedule(name, scheduleName);
    }
    store.removeGroup(name);
    return {};
  }

  function listGroups({ query }: Request): unknown {
    const page = readPage(query);
    const after = page.NextToken === undefined ? '' : readNextToken(page.NextToken)[0];
    const groups = store.groups({ namePrefix: page.NamePrefix, after, limit: page.MaxResults + 1 });
    const shown = groups.slice(0, page.MaxResults);
    const last = groups.length > page.MaxResults ? shown.at(-1) : undefined;
    return { ScheduleGroups: shown.map(describeGroup), ...(last && { NextToken: nextToken(last.name, '') }) };
  }

  const operations: Record<string, (request: Request) => unknown> = {
    CreateSchedule: createSchedule,
    UpdateSchedule: updateSchedule,
    GetSchedule: getSchedule,
    DeleteSchedule: ({ groupName, name }) => {
      found(groupName, name);
      removeSchedule(groupName, name);
      return {};
    },
    ListSchedules: listSchedules,
    CreateScheduleGroup: createGroup,
    GetScheduleGroup: ({ name }) => describeGroup(foundGroup(name)),
    DeleteScheduleGroup: deleteGroup,
    ListScheduleGroups: listGroups,
  };

  function permissions(call: AwsCall): Permission[] {
    const request = readRequest(call);
    const action = `scheduler:${request.operation}`;
    if (request.operation.startsWith('List')) return [{ action, resource: '*' }];
    if (request.operation.endsWith('Group')) return [{ action, resource: groupArn(request.name) }];
    const onSchedule = { action, resource: scheduleArn(request.groupName, request.name) };
    const role = z.object({ Target: z.object({ RoleArn: z.string() }) }).safeParse(request.body);
    // A caller that gives a schedule a role needs iam:PassRole.
    if (!role.success || request.operation === 'GetSchedule' || request.operation === 'DeleteSchedule')
      return [onSchedule];
    const context = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
    return [onSchedule, { action: 'iam:PassRole', resource: role.data.Target.RoleArn, context }];
  }

  return {
    permissions,
    handle: async (call) => {
      const request = readRequest(call);
      return responseOf(transaction(() => operations[request.operation]?.(request)));
    },
  };
}

/** Times in the REST JSON protocol are in seconds. */
const seconds = (ms: number) => ms / 1000;

const notFound = (message: string) => new AwsError('ResourceNotFoundException', message, 404);
const conflict = (message: string) => new AwsError('ConflictException', message, 409);

const responseOf = (body: unknown): AwsResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
