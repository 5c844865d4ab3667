import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEmbeddedMetrics } from '../../../../infra/local/alarms/embedded-metrics.ts';
import { type AlarmRule, evaluate } from '../../../../infra/local/alarms/evaluate.ts';
import { createMetrics, keyOf } from '../../../../infra/local/alarms/metrics.ts';

const rule: AlarmRule = {
  periodSeconds: 60,
  evaluationPeriods: 3,
  datapointsToAlarm: 2,
  threshold: 1,
  comparison: 'GreaterThanOrEqualToThreshold',
  missing: 'notBreaching',
};
const none = undefined;

describe('an alarm', () => {
  test.each<[string, Partial<AlarmRule>, (number | undefined)[], string]>([
    ['goes off with enough periods at the threshold', {}, [1, 1, 0], 'ALARM'],
    ['stays OK below', {}, [1, 0, 0], 'OK'],
    ['takes periods without data as good', {}, [none, none, none], 'OK'],
    ['takes them as bad', { missing: 'breaching' }, [none, none, 0], 'ALARM'],
    ['has no state without data', { missing: 'missing' }, [none, none, none], 'INSUFFICIENT_DATA'],
    ['keeps its state without data', { missing: 'ignore' }, [none, none, none], 'ALARM'],
    ['counts values above only', { comparison: 'GreaterThanThreshold' }, [1, 1, 1], 'OK'],
    ['counts values below', { comparison: 'LessThanThreshold' }, [0, 0, 1], 'ALARM'],
  ])('%s', (_name, given, values, state) => expect(evaluate({ ...rule, ...given }, values, 'ALARM')).toBe(state));
});

test('a metric has the statistics of aligned periods', () => {
  let now = 600_000;
  const metrics = createMetrics({ now: () => now });
  for (const value of [1, 5]) metrics.record('A', 'B', { X: '1', Y: '2' }, value, now);
  now += 60_000;
  metrics.recorder('A', 'B', { Y: '2', X: '1' })(3);
  const key = keyOf('A', 'B', { X: '1', Y: '2' });
  expect(metrics.read(key, 'Sum', 600_000, 60)).toBe(6);
  expect(metrics.read(key, 'Maximum', 600_000, 120)).toBe(5);
  expect(metrics.read(key, 'Average', 600_000, 120)).toBe(3);
  expect(metrics.read(key, 'p50', 600_000, 120)).toBe(3);
  expect(metrics.read(key, 'p99', 600_000, 120)).toBe(5);
  expect(metrics.read(key, 'Sum', 0, 60)).toBeUndefined();
});

test('metrics in the logs of functions are read once, also from a line that is written in two parts', () => {
  const directory = mkdtempSync(join(tmpdir(), 'logs-'));
  const file = join(directory, 'a.log');
  const line = (value: number | string) =>
    JSON.stringify({
      _aws: {
        Timestamp: 600_000,
        CloudWatchMetrics: [{ Namespace: 'N', Dimensions: [['service']], Metrics: [{ Name: 'M' }] }],
      },
      service: 's',
      M: value,
    });
  writeFileSync(file, `${line(100)}\n`);
  const metrics = createMetrics({ now: () => 600_000 });
  const read = createEmbeddedMetrics(directory, metrics);
  read();
  appendFileSync(file, `${line(2)}\nno metric "_aws"\n${line('text')}\n${line(3).slice(0, 20)}`);
  read();
  appendFileSync(file, `${line(3).slice(20)}\n`);
  read();
  read();
  expect(metrics.read(keyOf('N', 'M', { service: 's' }), 'Sum', 600_000, 60)).toBe(5);
});
