/** Totals of a channel in a currency on a day. */
export type ChannelTotals = Record<(typeof comparedMeasures)[number], bigint> & {
  channel: string | null;
  currency: string;
};
export const comparedMeasures = ['orders', 'totalMinor', 'cancelledMinor', 'refundedMinor'] as const;

/** Something about the data of a day that a person looks at. The figures of the day are not changed by it. */
export type Finding = {
  /** `no-events`, `silent-channel`, `unusual-sum`, or the reason of quarantined lines. */
  reason: string;
  /** `null`: all channels. */
  channel: string | null;
  currency: string | null;
  measure: string;
  found: bigint;
  /** Median and median absolute deviation of the earlier days, and their number; absent where nothing is compared. */
  usual?: { median: bigint; deviation: bigint; days: number };
};

type Compared = {
  input: { events: number; quarantined: { reason: string; rows: number }[] };
  today: ChannelTotals[];
  /** Each published day among the last eight of the same weekday. */
  earlier: ChannelTotals[][];
};

/** Earlier days that are needed to compare. */
const minDays = 4;

/** What is unusual about a day. */
export function findings({ input, today, earlier }: Compared): Finding[] {
  const ofDay = { channel: null, currency: null };
  const found: Finding[] = [];
  if (input.events === 0) found.push({ reason: 'no-events', ...ofDay, measure: 'events', found: 0n });
  const quarantined = new Map<string, bigint>();
  for (const { reason, rows } of input.quarantined)
    quarantined.set(reason, (quarantined.get(reason) ?? 0n) + BigInt(rows));
  for (const [reason, rows] of quarantined) found.push({ reason, ...ofDay, measure: 'lines', found: rows });
  if (earlier.length >= minDays) found.push(...silentChannels(today, earlier), ...unusualSums(today, earlier));
  return found;
}

/** Channels without an order today that had some on each of the earlier days. */
function silentChannels(today: ChannelTotals[], earlier: ChannelTotals[][]): Finding[] {
  const ordersOf = (rows: ChannelTotals[], channel: string) =>
    sum(rows.filter((row) => row.channel === channel).map(({ orders }) => orders));
  const channels = new Set(earlier.flat().flatMap(({ channel }) => channel ?? []));
  return [...channels].flatMap((channel) => {
    const before = earlier.map((rows) => ordersOf(rows, channel));
    if (ordersOf(today, channel) > 0n || before.some((orders) => orders === 0n)) return [];
    return [{ reason: 'silent-channel', channel, currency: null, measure: 'orders', found: 0n, usual: usual(before) }];
  });
}

/** Sums of a currency, of each channel and of all, that are far outside those of the earlier days. */
function unusualSums(today: ChannelTotals[], earlier: ChannelTotals[][]): Finding[] {
  const all = [...today, ...earlier.flat()];
  return [...new Set(all.map(({ currency }) => currency))].flatMap((currency) => {
    const ofCurrency = (rows: ChannelTotals[]) => rows.filter((row) => row.currency === currency);
    const channels = [...new Set(ofCurrency(all).flatMap(({ channel }) => channel ?? []))];
    return [null, ...channels].flatMap((channel) => {
      const own = (rows: ChannelTotals[]) =>
        ofCurrency(rows).filter((row) => channel === null || row.channel === channel);
      return comparedMeasures.flatMap((measure) => {
        const total = (rows: ChannelTotals[]) => sum(own(rows).map((row) => row[measure]));
        const [found, before] = [total(today), earlier.map(total)];
        if (!isFarOutside(found, before)) return [];
        return [{ reason: 'unusual-sum', channel, currency, measure, found, usual: usual(before) }];
      });
    });
  });
}

/**
 * Whether a value has a modified z-score above 3.5 (Iglewicz and Hoaglin 1993: more than 3.5 × 1.4826 median absolute
 * deviations from the median) and is away from the median by at least half of it, as a few equal days have no deviation.
 * Never where the median is 0: what happens on less than half of the days is not usual on any.
 */
export function isFarOutside(value: bigint, values: bigint[]): boolean {
  const { twiceMedian, twiceDeviation } = spread(values);
  const twiceDistance = abs(2n * value - twiceMedian);
  return twiceMedian > 0n && 10_000n * twiceDistance > 51_891n * twiceDeviation && 2n * twiceDistance >= twiceMedian;
}

/** Rounded down to whole numbers. */
function usual(values: bigint[]): NonNullable<Finding['usual']> {
  const { twiceMedian, twiceDeviation } = spread(values);
  return { median: twiceMedian / 2n, deviation: twiceDeviation / 2n, days: values.length };
}

/** Twice the median and twice the median absolute deviation: the median of an even number of values may have a half. */
function spread(values: bigint[]) {
  const twiceMedian = twiceMedianOf(values);
  const distances = values.map((value) => abs(2n * value - twiceMedian));
  return { twiceMedian, twiceDeviation: twiceMedianOf(distances) / 2n };
}

function twiceMedianOf(values: bigint[]): bigint {
  const sorted = values.toSorted((a, b) => (a < b ? -1 : Number(a > b)));
  return (sorted[(sorted.length - 1) >> 1] ?? 0n) + (sorted[sorted.length >> 1] ?? 0n);
}

const abs = (value: bigint) => (value < 0n ? -value : value);
const sum = (values: bigint[]) => values.reduce((total, value) => total + value, 0n);
