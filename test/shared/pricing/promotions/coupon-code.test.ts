import { expect, test } from 'vitest';
import { normalCode } from '../../../../shared/pricing/promotions/coupon-code.ts';

test.each([
  ['SPRING10', 'SPRING10'],
  [' save10 ', 'SAVE10'],
  ['spring-bcdfghj-klmnpqr', 'SPRINGBCDFGHJKLMNPQR'],
  ['Spring\u00a0BCDFGHJ\u2013KLMNPQR\n', 'SPRINGBCDFGHJKLMNPQR'],
  ['\uff33\uff21\uff36\uff25\uff11\uff10', 'SAVE10'],
  ['SAVE\u200b10', 'SAVE10'],
  [' - ', ''],
])('the code %j is compared as %j', (entered, normal) => {
  expect(normalCode(entered)).toBe(normal);
  expect(normalCode(normal)).toBe(normal);
});
