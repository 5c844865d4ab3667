/** One aligned minute of a metric. `values` are the first ones, for percentiles. */
type Minute = { sum: number; count: number; min: number; max: number; values: number[] };

/** A percentile such as `p99` is the value of the nearest rank. */
export type Statistic = 'Sum' | 'Average' | 'Minimum' | 'Maximum' | 'SampleCount' | `p${number}`;

const minuteMs = 60_000;
/** Older minutes are dropped: no alarm looks further back. */
const keptMinutes = 24 * 60;
const keptValues = 1000;

export type Metrics = ReturnType<typeof createMetrics>;

type Dimensions = Readonly<Record<string, string>>;

/** The metrics of this run of the engine, by minute. A restart begins without. */
export function createMetrics({ now }: { now: () => number }) {
  const series = new Map<string, Map<number, Minute>>();
  const minutesOf = (key: string) => {
    const minutes = series.get(key) ?? new Map<number, Minute>();
    series.set(key, minutes);
    return minutes;
  };
  const add = (minutes: Map<number, Minute>, value: number, at: number) => {
    const number = Math.floor(at / minuteMs);
    const known = minutes.get(number);
    if (known) return addTo(known, value);
    minutes.set(number, { sum: value, count: 1, min: value, max: value, values: [value] });
    if (minutes.size > keptMinutes) minutes.delete(Math.min(...minutes.keys()));
  };

  return {
    /** Records a value at a time in milliseconds. */
    record: (namespace: string, name: string, dimensions: Dimensions, value: number, at: number): void =>
      add(minutesOf(keyOf(namespace, name, dimensions)), value, at),

    /** A function that records values of one metric, for callers that do so often. */
    recorder(namespace: string, name: string, dimensions: Dimensions): (value: number) => void {
      const minutes = minutesOf(keyOf(namespace, name, dimensions));
      return (value) => add(minutes, value, now());
    },

    /** The statistic of the period that begins at `from` (milliseconds); undefined without data. */
    read(key: string, statistic: Statistic, from: number, periodSeconds: number): number | undefined {
      const minutes = series.get(key);
      const first = Math.floor(from / minuteMs);
      const found = Array.from({ length: Math.max(1, periodSeconds / 60) }, (_, index) =>
        minutes?.get(first + index),
      ).filter((minute) => minute !== undefined);
      return found.length === 0 ? undefined : valueOf(found, statistic);
    },
  };
}

function addTo(minute: Minute, value: number): void {
  minute.sum += value;
  minute.count += 1;
  minute.min = Math.min(minute.min, value);
  minute.max = Math.max(minute.max, value);
  if (minute.values.length < keptValues) minute.values.push(value);
}

/** Identifies a metric. Dimensions have no order. */
export const keyOf = (namespace: string, name: string, dimensions: Dimensions): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).toSorted(([a], [b]) => a.localeCompare(b))]);

function valueOf(minutes: readonly Minute[], statistic: Statistic): number {
  const sum = minutes.reduce((total, minute) => total + minute.sum, 0);
  const count = minutes.reduce((total, minute) => total + minute.count, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return count;
    case 'Average':
      return sum / count;
    case 'Minimum':
      return Math.min(...minutes.map(({ min }) => min));
    case 'Maximum':
      return Math.max(...minutes.map(({ max }) => max));
    default: {
      const sorted = minutes.flatMap(({ values }) => values).toSorted((a, b) => a - b);
      return sorted[Math.max(0, Math.ceil((sorted.length * Number(statistic.slice(1))) / 100) - 1)] ?? 0;
    }
  }
}
