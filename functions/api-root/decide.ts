/** Methods of the routes that match a percent-encoded path; empty if no route matches. */
export const methodsOf = (path: string, routes: readonly { path: string; method: string }[]): string[] =>
  [...new Set(routes.filter((route) => matches(route.path, path)).map(({ method }) => method))].sort();

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return false;
  return wanted.every((part, index) => (part.startsWith('{') ? given[index] !== '' : part === given[index]));
}
