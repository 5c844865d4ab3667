/** Differences of a value from what is expected, each as a text with its path. Members that are not expected do not count. */
export function differences(expected: unknown, actual: unknown, path = ''): string[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return [difference(expected, actual, path)];
    return expected.flatMap((each, index) => differences(each, actual[index], `${path}[${index}]`));
  }
  if (!isRecord(expected)) return Object.is(expected, actual) ? [] : [difference(expected, actual, path)];
  if (!isRecord(actual)) return [difference(expected, actual, path)];
  return Object.entries(expected).flatMap(([name, value]) =>
    differences(value, actual[name], path === '' ? name : `${path}.${name}`),
  );
}

/** As `differences`; members that are not expected are differences as well. */
export function exactDifferences(expected: object, actual: object, path: string): string[] {
  const unexpected = Object.entries(actual).filter(([name]) => !(name in expected));
  return [
    ...differences(expected, actual, path),
    ...unexpected.map(([name, value]) => `${path}.${name}: nothing expected, got ${JSON.stringify(value)}`),
  ];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const difference = (expected: unknown, actual: unknown, path: string) =>
  `${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
