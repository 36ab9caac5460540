// Many readers at the same place of the log → one query. A thousand subscribers that are woken up together ask once.
import { setImmediate as turn } from 'node:timers/promises';

/**
 * A call joins only a query that has not been sent yet: what it must not miss may have been committed since an earlier
 * one was. So per key there is at most one query under way and one that follows it.
 */
export function shareReads<Result>(
  query: (after: number | undefined, limit: number) => Promise<Result>,
): (after: number | undefined, limit: number) => Promise<Result> {
  const underWay = new Map<string, Promise<unknown>>();
  const following = new Map<string, Promise<Result>>();

  function send(key: string, after: number | undefined, limit: number): Promise<Result> {
    const sent = query(after, limit);
    const settled = sent
      .catch(() => undefined)
      .finally(() => {
        if (underWay.get(key) === settled) underWay.delete(key);
      });
    underWay.set(key, settled);
    return sent;
  }

  return (after, limit) => {
    const key = `${after ?? ''}:${limit}`;
    const next = following.get(key);
    if (next !== undefined) return next;
    const before = underWay.get(key);
    // Without a turn of the event loop, a database within the process would have answered before anyone could join.
    const read = (before ?? turn()).then(() => {
      following.delete(key);
      return send(key, after, limit);
    });
    following.set(key, read);
    return read;
  };
}
