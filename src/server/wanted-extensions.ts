// Which extensions a response gets: what the caller asks for in a header, as far as the caller may have it.
import type { Principal } from '../contract/principal.ts';
import type { ResponseExtension } from '../contract/scope.ts';

/** `x-manifold-extensions: usage, plan` */
export const EXTENSIONS_HEADER = 'x-manifold-extensions';

/** A plan names sources, their operations and how long they take: not for strangers. */
const PLAN_SCOPE = 'manifold:explain';

/** What is unknown or not allowed is left out without a word. */
export function wantedExtensions(
  headers: Readonly<Record<string, string>>,
  principal: Principal,
  development: boolean,
): ReadonlySet<ResponseExtension> {
  const wanted = new Set((headers[EXTENSIONS_HEADER] ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const granted = new Set<ResponseExtension>();
  if (wanted.has('usage')) granted.add('usage');
  if (wanted.has('headers')) granted.add('headers');
  if (wanted.has('plan') && (development || principal.scopes.has(PLAN_SCOPE))) granted.add('plan');
  return granted;
}
