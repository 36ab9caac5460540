// `@paginate`: a page of an upstream's list → a connection. Used by the connector around one call.
import type { ConnectorField, FieldCall } from '../../contract/connector.ts';
import type { UpstreamResponse } from '../../contract/transport.ts';
import { directiveArgs } from '../local/hub-directives.ts';
import { readAt } from '../local/read-at.ts';

export interface Pagination {
  /** The call with `after` as the upstream's position. */
  readonly ask: (call: FieldCall) => FieldCall;
  /** @param whole the whole answer. */
  readonly answer: (whole: unknown, response: UpstreamResponse, call: FieldCall) => Connection;
}

interface Connection {
  readonly nodes: readonly unknown[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount: number | null;
}

/** Undefined where the field has no `@paginate`. */
export function compilePagination({ field }: ConnectorField): Pagination | undefined {
  const args = directiveArgs(field.astNode, 'paginate');
  if (args === undefined) return undefined;
  const text = (name: string): string | undefined => (typeof args[name] === 'string' ? args[name] : undefined);
  const readPath = (name: string): ((whole: unknown) => unknown) => {
    const path = text(name);
    return path === undefined ? () => undefined : readAt(path);
  };
  const by = text('by');
  const position = text('position') ?? '';
  const size = text('size');
  const start = typeof args.start === 'number' ? args.start : Number(args.start ?? 1);
  const [items, next, more, total] = [readAt(text('items')), readPath('next'), readPath('more'), readPath('total')];
  const cursorOf = text('cursorOf');

  /** Where the next page begins, as far as this one tells; undefined where it is known that there is none. */
  const nextOf = (whole: unknown, nodes: readonly unknown[], response: UpstreamResponse, call: FieldCall): unknown => {
    const asked = call.args[position];
    switch (by) {
      case 'cursor':
        return cursorOf === undefined ? next(whole) : readAt(cursorOf)(nodes.at(-1));
      case 'link':
        return positionOf(nextLink(response.headers.link), position);
      case 'offset':
        return Number(asked ?? 0) + nodes.length;
      default:
        return Number(asked ?? start) + 1;
    }
  };

  const hasMore = (whole: unknown, nodes: readonly unknown[], following: unknown, call: FieldCall): boolean => {
    if (following === undefined || following === null || following === '' || following === false) return false;
    const said = more(whole);
    if (typeof said === 'boolean') return said;
    if ((by === 'cursor' && cursorOf === undefined) || by === 'link') return true;
    if (nodes.length === 0) return false;
    const all = Number(total(whole) ?? NaN);
    const wanted = Number((size === undefined ? undefined : call.args[size]) ?? NaN);
    if (by === 'offset' && !Number.isNaN(all)) return Number(following) < all;
    if (by === 'page' && !Number.isNaN(all) && !Number.isNaN(wanted)) return (Number(following) - start) * wanted < all;
    return Number.isNaN(wanted) || nodes.length >= wanted;
  };

  return {
    ask(call) {
      const after = call.args[position];
      if (typeof after !== 'string' || (by !== 'page' && by !== 'offset') || !/^\d{1,15}$/.test(after)) return call;
      return { ...call, args: { ...call.args, [position]: Number(after) } };
    },
    answer(whole, response, call) {
      const found = items(whole);
      const nodes: readonly unknown[] = Array.isArray(found) ? found : [];
      const following = nextOf(whole, nodes, response, call);
      const hasNextPage = hasMore(whole, nodes, following, call);
      const count = total(whole);
      return {
        nodes,
        pageInfo: { hasNextPage, endCursor: hasNextPage ? String(following) : null },
        totalCount: typeof count === 'number' ? count : null,
      };
    },
  };
}

/** The address whose relation is `next` (RFC 8288, section 3). */
function nextLink(header: string | undefined): string | undefined {
  for (const part of (header ?? '').split(/,(?=\s*<)/)) {
    const [, target, parameters = ''] = /^\s*<([^>]*)>(.*)$/s.exec(part) ?? [];
    if (target !== undefined && /;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\b)/i.test(parameters))
      return target;
  }
  return undefined;
}

function positionOf(link: string | undefined, position: string): string | undefined {
  if (link === undefined) return undefined;
  return new URLSearchParams(link.slice(link.indexOf('?') + 1)).get(position) ?? undefined;
}
