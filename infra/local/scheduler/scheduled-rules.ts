import { randomUUID } from 'node:crypto';
import type { Deliver, LocalContext, Running } from '../context.ts';
import { createDeliveries } from '../events/deliveries.ts';
import { deliveryOf } from '../events/event-bus.ts';
import { eventTime } from '../events/event-entry.ts';
import { type Rule, rulesOf } from '../events/event-rule.ts';
import { createEventSender } from '../events/event-sender.ts';
import { readScheduleExpression } from './schedule-expression.ts';
import { StartError } from '../start-error.ts';

export type ScheduledRules = Running & {
  /** The enabled rules with a schedule, by ARN. */
  rules: ReadonlyMap<string, Rule & { scheduleExpression: string }>;
  /** Stores the deliveries of a rule's scheduled event in the caller's transaction. */
  fire: (ruleArn: string, occurrence: number) => void;
};

/** Scheduled rules of the event bus, in UTC. Throws StartError for an invalid expression. */
export function createScheduledRules(context: LocalContext, { deliver }: { deliver: Deliver }): ScheduledRules {
  const { template } = context;
  const rules = new Map(rulesOf(template).flatMap((rule) => (isScheduled(rule) ? [[rule.arn, rule]] : [])));
  const sender = createEventSender(context, {
    deliver,
    // The bus creates a new envelope.
    forward: (busArn, event) => deliver(busArn, entryOf(event)),
  });
  const deliveries = createDeliveries(context, { owner: 'scheduled-rules', ...sender });
  return {
    rules,
    fire: (ruleArn, occurrence) => {
      const rule = rules.get(ruleArn);
      if (!rule) return;
      const event = {
        version: '0' as const,
        id: randomUUID(),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: template.accountId,
        time: eventTime(occurrence),
        region: template.region,
        resources: [rule.arn],
        detail: {},
      };
      deliveries.keep(rule.targets.map((target) => deliveryOf(event, rule, target, context.now())));
    },
    pending: deliveries.pending,
    stop: deliveries.stop,
  };
}

function isScheduled(rule: Rule): rule is Rule & { scheduleExpression: string } {
  if (rule.scheduleExpression === undefined) return false;
  try {
    const { kind } = readScheduleExpression(rule.scheduleExpression);
    if (kind === 'at') throw new Error('A rule takes cron(…) or rate(…).');
  } catch (error) {
    throw new StartError(`The rule ${rule.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return rule.isEnabled;
}

function entryOf(event: string): string {
  const { source, 'detail-type': detailType, detail, resources, time } = JSON.parse(event);
  return JSON.stringify({
    Source: source,
    DetailType: detailType,
    Detail: JSON.stringify(detail),
    Resources: resources,
    Time: time,
  });
}
