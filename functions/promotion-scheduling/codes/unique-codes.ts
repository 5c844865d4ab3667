import { createHmac } from 'node:crypto';

/**
 * Letters of a code: consonants only, so that no letter looks like a digit and no code is a word (RFC 8628, section 6.1).
 * Fourteen of them have 60.5 random bits.
 */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 14;
/** Bytes from here on would make the first letters more probable. */
const fairBytes = 256 - (256 % letters.length);

/**
 * The code with this number of a batch, as it is printed: `SPRING-BCDFGHJ-KLMNPQR`. The same seed and number give the same
 * code, so that a job that starts again generates no other codes. Without the seed, a code cannot be guessed.
 */
export function uniqueCode(seed: Uint8Array, number: number, prefix?: string): string {
  let random = '';
  for (let block = 0; random.length < length; block += 1) {
    const bytes = createHmac('sha256', seed).update(`${number}.${block}`).digest();
    for (const byte of bytes) if (byte < fairBytes) random += letters[byte % letters.length];
  }
  const parts = [random.slice(0, length / 2), random.slice(length / 2, length)];
  return (prefix === undefined ? parts : [prefix.toUpperCase(), ...parts]).join('-');
}
