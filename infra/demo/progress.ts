import { Presets, SingleBar } from 'cli-progress';

export type Progress = (done: number, total: number) => void;

/** Shows the progress of `work` as a bar; on an output that is no terminal, as a line every ten seconds. */
export async function withBar<T>(title: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  const bar = new SingleBar(
    {
      format: `${title.padEnd(20)} {bar} {percentage}% {value}/{total} {eta_formatted}`,
      noTTYOutput: true,
      notTTYSchedule: 10_000,
    },
    Presets.shades_classic,
  );
  bar.start(1, 0);
  try {
    return await work((done, total) => {
      bar.setTotal(total);
      bar.update(done);
    });
  } finally {
    bar.stop();
  }
}
