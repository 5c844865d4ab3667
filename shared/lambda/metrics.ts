import { Metrics } from '@aws-lambda-powertools/metrics';

/** A metric of the store. Dimensions have few values; what identifies one request is in `metadata`. */
export type StoreMetric = {
  name: string;
  unit: 'Count' | 'Milliseconds' | 'None';
  value: number;
  dimensions?: Record<string, string>;
  metadata?: Record<string, string>;
};

export const metricNamespace = 'Storeworks';
const metrics = new Metrics({ namespace: metricNamespace });

/**
 * Writes one log line in the embedded metric format, of which CloudWatch makes a metric with the dimension `service` (the
 * workflow) beside those given. A handler that is repeated records its metrics again: they are for alarms and dashboards,
 * the figures of finance are in the reports.
 */
export function recordMetric({ name, unit, value, dimensions = {}, metadata = {} }: StoreMetric): void {
  const single = metrics.singleMetric();
  for (const [key, text] of Object.entries(dimensions)) single.addDimension(key, text);
  for (const [key, text] of Object.entries(metadata)) single.addMetadata(key, text);
  single.addMetric(name, unit, value);
}
