import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A person who may sign in: the ARN that AWS would report, and the managed policies of their permission set. */
export type Person = { name: string; arn: string; policies: readonly string[] };

/** A signed-in person. `csrfToken` is in every form of their pages. */
export type Session = { person: Person; csrfToken: string };

const cookieName = 'console-session';
const sessionMs = 12 * 3_600_000;

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');

/**
 * Sessions by one-time links: the file `console-links.json` of the state, which only its owner reads, has one link for each
 * person. A used link is replaced by another one.
 */
export function openSessions(
  people: readonly Person[],
  { directory, url, now }: { directory: string; url: string; now: () => number },
) {
  const file = join(directory, 'console-links.json');
  const links = new Map<string, Person>();
  const sessions = new Map<string, Session & { endsAt: number }>();
  const urls = new Map<string, string>();
  const addLink = (person: Person) => {
    const token = randomBytes(24).toString('base64url');
    links.set(digest(token), person);
    urls.set(person.name, `${url}/console/sign-in?link=${token}`);
  };
  const write = () => writeFileSync(file, JSON.stringify(Object.fromEntries(urls), null, 2), { mode: 0o600 });
  people.forEach(addLink);
  write();

  return {
    linksFile: file,
    /** Uses a link up. Returns the cookie of a new session; undefined for an unknown or used link. */
    signIn: (token: string): string | undefined => {
      const key = digest(token);
      const person = links.get(key);
      if (!person) return undefined;
      links.delete(key);
      addLink(person);
      write();
      const session = randomBytes(24).toString('base64url');
      sessions.set(digest(session), {
        person,
        csrfToken: randomBytes(24).toString('base64url'),
        endsAt: now() + sessionMs,
      });
      return `${cookieName}=${session}; Path=/console; HttpOnly; SameSite=Strict; Max-Age=${sessionMs / 1000}`;
    },
    /** The session of a request's cookies. */
    find: (cookies: string | undefined): Session | undefined => {
      const token = cookieIn(cookies, cookieName);
      const session = token === undefined ? undefined : sessions.get(digest(token));
      return session && session.endsAt > now() ? session : undefined;
    },
    signOut: (cookies: string | undefined): string => {
      sessions.delete(digest(cookieIn(cookies, cookieName) ?? ''));
      return `${cookieName}=; Path=/console; HttpOnly; SameSite=Strict; Max-Age=0`;
    },
  };
}

export type Sessions = ReturnType<typeof openSessions>;

/** The value of a cookie by name. */
export const cookieIn = (cookies = '', name: string): string | undefined =>
  cookies
    .split(/;\s*/)
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
