/** The route of a request, with decoded path variables. */
export type RouteMatch<R> = { route: R; pathParameters: Record<string, string> | undefined };

type Segment = { kind: 'exact' | 'variable' | 'greedy'; text: string };
type Compiled<R> = { route: R; method: string; segments: Segment[] };

const rank = { exact: 0, variable: 1, greedy: 2 };

/**
 * Finds the route of a method and a raw path as API Gateway does: it decodes the whole path first, so that `%2F` separates
 * segments, and takes the most specific path with a matching method (exact,
 * `{variable}`, `{greedy+}`), a specific method before ANY, `$default` last. `malformed`: the path has invalid
 * percent-encoding. Source: "Create routes for HTTP APIs".
 */
export function createRouter<R extends { key: string }>(routes: R[]) {
  const fallback = routes.find(({ key }) => key === '$default');
  const compiled = routes.filter((route) => route !== fallback).map(compile);
  compiled.sort(bySpecificity);
  const exact = new Map<string, R>();
  for (const { route, method, segments } of compiled) {
    if (segments.every(({ kind }) => kind === 'exact')) exact.set(`${method} ${pathOf(segments)}`, route);
  }
  const variable = compiled.filter(({ segments }) => segments.some(({ kind }) => kind !== 'exact'));

  return (method: string, rawPath: string): RouteMatch<R> | 'malformed' | undefined => {
    const path = decoded(rawPath);
    if (path === undefined) return 'malformed';
    const plain = exact.get(`${method} ${path}`) ?? exact.get(`ANY ${path}`);
    if (plain) return { route: plain, pathParameters: undefined };
    const parts = path.split('/').slice(1);
    const found = variable.find((candidate) => allows(candidate.method, method) && fits(candidate.segments, parts));
    if (found) return { route: found.route, pathParameters: parametersOf(found.segments, parts) };
    return fallback && { route: fallback, pathParameters: undefined };
  };
}

function decoded(rawPath: string): string | undefined {
  try {
    return decodeURIComponent(rawPath);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function compile<R extends { key: string }>(route: R): Compiled<R> {
  const [method = '', path = ''] = route.key.split(' ');
  const segments = path
    .split('/')
    .slice(1)
    .map((text): Segment => {
      const name = /^\{(.+?)(\+?)\}$/.exec(text);
      if (!name) return { kind: 'exact', text };
      return { kind: name[2] === '+' ? 'greedy' : 'variable', text: name[1] ?? '' };
    });
  return { route, method, segments };
}

const pathOf = (segments: Segment[]) => `/${segments.map(({ text }) => text).join('/')}`;

function bySpecificity<R>(a: Compiled<R>, b: Compiled<R>): number {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.segments[index];
    const right = b.segments[index];
    // A missing segment ranks as exact: the shorter of two matching routes ends with a greedy variable, compared
    // before.
    const difference = (left ? rank[left.kind] : 0) - (right ? rank[right.kind] : 0);
    if (difference !== 0) return difference;
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
}

const allows = (routeMethod: string, method: string) => routeMethod === 'ANY' || routeMethod === method;

function fits(segments: Segment[], parts: string[]): boolean {
  const isGreedy = segments.at(-1)?.kind === 'greedy';
  if (isGreedy ? parts.length < segments.length : parts.length !== segments.length) return false;
  return segments.every(({ kind, text }, index) => {
    const part = parts[index] ?? '';
    if (kind === 'exact') return part === text;
    return part !== '' || (kind === 'greedy' && parts.length > segments.length);
  });
}

function parametersOf(segments: Segment[], parts: string[]): Record<string, string> {
  const parameters: Record<string, string> = {};
  segments.forEach(({ kind, text }, index) => {
    if (kind === 'variable') parameters[text] = parts[index] ?? '';
    if (kind === 'greedy') parameters[text] = parts.slice(index).join('/');
  });
  return parameters;
}
