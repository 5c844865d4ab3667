/** The value below which this share (0 to 1) of the values lies. */
export const percentile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

export const median = (values: readonly number[]) => percentile(values, 0.5);

/** Such as `12.3 ms`. */
export const ms = (value: number) => `${value.toFixed(1)} ms`;

/** Runs `work` for 0 to `count` - 1 with `clients` in flight. Returns each latency in ms and the throughput per second. */
export async function timed(clients: number, count: number, work: (index: number) => Promise<void>) {
  const latencies: number[] = [];
  const started = performance.now();
  let next = 0;
  const client = async () => {
    while (next < count) {
      const index = next++;
      const began = performance.now();
      await work(index);
      latencies.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { latencies, perSecond: (count * 1000) / (performance.now() - started) };
}
