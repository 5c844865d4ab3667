import { createHmac } from 'node:crypto';

/** The `Storeworks-Signature` of a payment provider's webhook at a time (ms). */
export const signatureOf = (body: string, secret: string, at = Date.now()) => {
  const t = Math.floor(at / 1000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
};
