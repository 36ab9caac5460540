// An operation in, the name of its root field out: its operationId, or what method and path say. Called by the mapping.
import { camelName, singular } from '../graphql-names.ts';
import type { ApiOperation } from './document-model.ts';

/** Leading path segments that name no thing: `/api/v2/orders`. */
const NOISE = /^(?:api|rest|v\d+(?:[._]\d+)*)$/i;

const VERBS: Readonly<Record<string, string>> = { post: 'create', put: 'update', patch: 'update', delete: 'delete' };

/** Legal, not yet unique. */
export function operationName({ operationId, method, sentAs, path }: ApiOperation): string {
  // An id without a letter that a name may have says less than the path.
  if (operationId !== undefined && /[a-z0-9]/i.test(operationId.normalize('NFKD'))) return camelName(operationId);
  return sentAs === undefined
    ? nameFromPath(method, path)
    : camelName(`${sentAs.toLowerCase()} ${nameFromPath('get', path)}`);
}

/** Another try where `operationName` is taken: `replaceOrder` for PUT, `patchOrder` for PATCH. */
export function alternativeName({ operationId, method, path }: ApiOperation): string | undefined {
  if (operationId !== undefined || (method !== 'put' && method !== 'patch')) return undefined;
  return nameFromPath(method, path).replace(/^update/, method === 'put' ? 'replace' : 'patch');
}

/** `GET /orders` → orders, `GET /orders/{id}` → order, `POST /orders/{id}/items` → createOrderItem, `POST /login` → login. */
function nameFromPath(method: string, path: string): string {
  const segments = path
    .replace(/\.(?:json|xml)$/i, '')
    .split('/')
    .filter((segment) => segment !== '');
  const words: string[] = [];
  let single = false;
  for (const [index, segment] of segments.entries()) {
    if (segment.includes('{')) {
      const before = words.at(-1);
      if (before !== undefined && !single) words[words.length - 1] = singular(before);
      single = true;
    } else if (words.length > 0 || !NOISE.test(segment) || index === segments.length - 1) {
      words.push(segment);
      single = false;
    }
  }
  const last = words.at(-1);
  if (last === undefined) return camelName(`${VERBS[method] ?? ''} root`);
  const verb = VERBS[method];
  if (verb === undefined) return camelName(words.join(' '));
  if (method !== 'post') return camelName([verb, ...words].join(' '));
  const thing = singular(last);
  // `POST /orders/{id}/cancel` is an action rather than a new thing.
  if (thing === last && !single) return camelName([last, ...words.slice(0, -1)].join(' '));
  return camelName([verb, ...words.slice(0, -1), thing].join(' '));
}
