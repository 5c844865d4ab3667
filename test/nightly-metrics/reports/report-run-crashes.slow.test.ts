import { describe, expect, it } from 'vitest';
import { completions, failAt, scene } from './report-scene.ts';

describe('report run that crashes', () => {
  it.each([
    ['an unchanged lake', false],
    ['a lake with new events', true],
  ])('at any step publishes nothing inconsistent, and completes when it is retried over %s', async (_, grows) => {
    const whole = scene();
    whole.journal(whole.order());
    const steps = await whole.run(await whole.request());
    expect(steps).toBeGreaterThan(9);
    for (let step = 1; step <= steps; step += 1) {
      for (const moment of ['before', 'after'] as const) {
        const day = scene();
        day.journal(day.order(1000));
        const runId = await day.request();
        // From the crash on every effect fails, including storing the error.
        await expect(day.run(runId, failAt(moment, step))).rejects.toThrow('crashed');
        const isPublished = day.s3.objects.has(`reports/daily/dt=${day.date}/latest.json`);
        expect(isPublished ? day.verifiedTotal() : 1000).toBe(1000);
        if (grows) day.journal(day.order(500));
        await day.run(runId);
        expect(await completions(runId)).toHaveLength(1);
        const isCompletedBefore = moment === 'after' && step === steps;
        expect([step, moment, day.verifiedTotal()]).toEqual([step, moment, grows && !isCompletedBefore ? 1500 : 1000]);
        expect(await day.store.read(runId)).toMatchObject({
          status: 'completed',
          changed: true,
          version: day.latest().version,
        });
        const newest = Math.max(...day.versions());
        expect([newest, day.versions().length === 1 || grows]).toEqual([day.latest().version, true]);
      }
    }
  });
});
