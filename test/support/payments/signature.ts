import { createHmac } from 'node:crypto';

/** Returns the `Storeworks-Signature` header of a payment webhook. `at` is in milliseconds since the epoch. */
export const paymentSignature = (body: string, secret: string, at = Date.now()) => {
  const t = Math.floor(at / 1000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
};
