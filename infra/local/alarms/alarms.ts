import { join } from 'node:path';
import * as z from 'zod';
import type { LocalContext, Support } from '../context.ts';
import { parseProperties } from '../template/template-properties.ts';
import type { Resource } from '../template/template.ts';
import { createEmbeddedMetrics } from './embedded-metrics.ts';
import { type AlarmRule, type AlarmState, comparisons, evaluate } from './evaluate.ts';
import { keyOf, type Metrics, type Statistic } from './metrics.ts';

/** Inert: nobody is notified on one machine. */
export const supports: Support = {
  'AWS::CloudWatch::Alarm': {
    effective: [
      'AlarmDescription',
      'AlarmName',
      'ComparisonOperator',
      'DatapointsToAlarm',
      'Dimensions',
      'EvaluationPeriods',
      'ExtendedStatistic',
      'MetricName',
      'Namespace',
      'Period',
      'Statistic',
      'Threshold',
      'TreatMissingData',
    ],
    inert: ['ActionsEnabled', 'AlarmActions', 'InsufficientDataActions', 'OKActions', 'Unit'],
  },
};

const Properties = z.object({
  AlarmDescription: z.string().default(''),
  ComparisonOperator: z.enum(Object.keys(comparisons) as [keyof typeof comparisons]),
  DatapointsToAlarm: z.coerce.number().optional(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
  EvaluationPeriods: z.coerce.number(),
  MetricName: z.string(),
  Namespace: z.string(),
  Period: z.coerce.number().multipleOf(60, 'the local engine supports whole minutes'),
  Statistic: z.enum(['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount']).optional(),
  ExtendedStatistic: z.templateLiteral(['p', z.number()]).optional(),
  Threshold: z.coerce.number(),
  TreatMissingData: z.enum(['breaching', 'notBreaching', 'ignore', 'missing']).default('missing'),
});

type Alarm = {
  name: string;
  arn: string;
  description: string;
  metric: string;
  key: string;
  statistic: Statistic;
  rule: AlarmRule;
};

const Row = z.object({
  name: z.string(),
  at: z.number(),
  state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
  reason: z.string(),
});

type Parts = {
  metrics: Metrics;
  /** Visible messages of a queue, and the age of the oldest one. */
  queues: { name: string; measure: () => { visible: number; ageSeconds: number } }[];
};

export type Alarms = {
  list: () => { name: string; state: AlarmState; since: number | undefined; metric: string; description: string }[];
  /** Changes of states, the newest first. */
  history: () => z.infer<typeof Row>[];
  /** State of an alarm by its ARN. */
  stateOf: (arn: string) => AlarmState;
  stop: () => Promise<void>;
};

const evaluateEveryMs = 5000;
const maxHistory = 200;

/**
 * Evaluates the alarms of the template from the engine's own metrics (errors and throttles of functions, depth and age of
 * queues) and those that functions write into their logs. The changes of states are durable.
 */
export function startAlarms(
  { template, state: { db, directory }, now }: LocalContext,
  { metrics, queues }: Parts,
): Alarms {
  db.exec(`CREATE TABLE IF NOT EXISTS alarm_changes (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL
  ) STRICT`);
  const insert = db.prepare('INSERT INTO alarm_changes (name, at, state, reason) VALUES (?, ?, ?, ?)');
  const newest = db.prepare('SELECT name, at, state, reason FROM alarm_changes ORDER BY id DESC LIMIT ?');
  const latest = db.prepare(
    'SELECT name, at, state, reason FROM alarm_changes WHERE id IN (SELECT max(id) FROM alarm_changes GROUP BY name)',
  );
  const alarms = template.ofType('AWS::CloudWatch::Alarm').map(readAlarm);
  const states = new Map(latest.all().map((row) => [Row.parse(row).name, Row.parse(row)]));
  const readLogs = createEmbeddedMetrics(join(directory, 'logs'), metrics);
  readLogs();

  const sampleQueues = () => {
    for (const { name, measure } of queues) {
      const { visible, ageSeconds } = measure();
      const at = now();
      metrics.record('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName: name }, visible, at);
      metrics.record('AWS/SQS', 'ApproximateAgeOfOldestMessage', { QueueName: name }, ageSeconds, at);
    }
  };

  function evaluateOne({ name, key, statistic, rule }: Alarm): void {
    const periodMs = rule.periodSeconds * 1000;
    const current = Math.floor(now() / periodMs) * periodMs;
    const valueAt = (from: number) => metrics.read(key, statistic, from, rule.periodSeconds);
    // The current period counts as soon as it has data, so that an alarm goes off at once.
    const first = valueAt(current) === undefined ? current - periodMs : current;
    const values = Array.from({ length: rule.evaluationPeriods }, (_, index) => valueAt(first - index * periodMs));
    const before = states.get(name)?.state ?? 'INSUFFICIENT_DATA';
    const state = evaluate(rule, values, before);
    if (state === before) return;
    const shown = values.map((value) => value ?? '–').join(', ');
    const change = {
      name,
      at: now(),
      state,
      reason: `${statistic} of the last periods: ${shown}; threshold ${rule.threshold}`,
    };
    states.set(name, change);
    // A first OK is no news.
    if (before !== 'INSUFFICIENT_DATA' || state === 'ALARM') insert.run(name, change.at, state, change.reason);
  }

  const evaluateAll = () => {
    readLogs();
    sampleQueues();
    alarms.forEach(evaluateOne);
  };
  const timer = setInterval(evaluateAll, evaluateEveryMs);
  timer.unref();

  return {
    list: () => {
      evaluateAll();
      const rank = { ALARM: 0, INSUFFICIENT_DATA: 1, OK: 2 };
      return alarms
        .map(({ name, metric, description }) => {
          const { state = 'INSUFFICIENT_DATA' as const, at } = states.get(name) ?? {};
          return { name, state, since: at, metric, description };
        })
        .toSorted((a, b) => rank[a.state] - rank[b.state] || a.name.localeCompare(b.name));
    },
    history: () => newest.all(maxHistory).map((row) => Row.parse(row)),
    stateOf: (arn) => states.get(alarms.find((alarm) => alarm.arn === arn)?.name ?? '')?.state ?? 'INSUFFICIENT_DATA',
    stop: async () => clearInterval(timer),
  };
}

function readAlarm(resource: Resource): Alarm {
  const properties = parseProperties(Properties, resource);
  const { Namespace, MetricName, EvaluationPeriods, Dimensions } = properties;
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
  return {
    name: resource.name,
    arn: resource.arn,
    description: properties.AlarmDescription,
    metric: `${Namespace} ${MetricName}`,
    key: keyOf(Namespace, MetricName, dimensions),
    statistic: properties.ExtendedStatistic ?? properties.Statistic ?? 'Average',
    rule: {
      periodSeconds: properties.Period,
      evaluationPeriods: EvaluationPeriods,
      datapointsToAlarm: properties.DatapointsToAlarm ?? EvaluationPeriods,
      threshold: properties.Threshold,
      comparison: properties.ComparisonOperator,
      missing: properties.TreatMissingData,
    },
  };
}
