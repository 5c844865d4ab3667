/**
 * The form in which codes are compared: upper case, without blanks and dashes anywhere, so that `spring 10` and `SPRING-10`
 * are the same code. Full-width characters count as the usual ones (Unicode NFKC).
 */
export const normalCode = (entered: string): string =>
  entered
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}\p{Cf}]+/gu, '');
