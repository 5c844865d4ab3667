import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compares in constant time. */
export const isSame = (given: string, secret: string) => timingSafeEqual(digest(given), digest(secret));
