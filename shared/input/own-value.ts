/**
 * The value of a key from outside in a plain object. Unlike `object[key]`, it finds no inherited member: `constructor` and
 * `__proto__` are keys like others.
 */
export const ownValue = <T>(object: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;
