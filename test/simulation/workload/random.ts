import { hash } from 'node:crypto';

type Identity = readonly (string | number)[];

/**
 * A number in [0, 1) that is a pure function of the seed and an identity. Unlike a sequence of random numbers, it does
 * not depend on earlier calls, so concurrency cannot change it.
 */
export const chance = (seed: number, ...identity: Identity): number =>
  hash('sha256', [seed, ...identity].join('\0'), 'buffer').readUInt32BE(0) / 2 ** 32;

export type Dice = ReturnType<typeof diceOf>;

/** A named sequence of random numbers, for plans made before a run. */
export function diceOf(seed: number, name: string) {
  let rolls = 0;
  const roll = () => {
    rolls += 1;
    return chance(seed, name, rolls);
  };
  /** A whole number from `least` to `most`. */
  const whole = (least: number, most: number) => least + Math.floor(roll() * (most - least + 1));
  return {
    roll,
    whole,
    /** Whether something of this probability happens. */
    happens: (probability: number) => roll() < probability,
    /** One of the items. Throws if there are none. */
    pick: <T>(items: readonly T[]): T => {
      const item = items[whole(0, items.length - 1)];
      if (item === undefined) throw new Error('Nothing to pick from');
      return item;
    },
  };
}
