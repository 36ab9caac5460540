// How a schema stands in XML, as `@xml` and as the root of a body say it. Called by the mapping of fields and bodies.
import type { Schema } from './document-model.ts';
import { quote } from './sdl-model.ts';

/** @param property name of the property. Undefined where it is an element of that name. */
export function xmlDirective(schema: Schema, property: string): string | undefined {
  const { xml } = schema;
  const items = schema.items?.();
  const isWrapped = schema.items !== undefined && xml?.wrapped === true;
  // Of a list without an element of its own, what is said of the items counts first.
  const bearer = schema.items !== undefined && !isWrapped && items?.xml?.name !== undefined ? items : schema;
  const args: string[] = [];
  const name = namedAs(bearer, undefined, property);
  if (name !== undefined) args.push(`name: ${quote(name)}`);
  if (xml?.attribute === true) args.push('attribute: true');
  if (xml?.text === true) args.push('text: true');
  if (isWrapped) args.push(`item: ${quote(itemName(items, xml.name ?? property))}`);
  return args.length === 0 ? undefined : `@xml(${args.join(', ')})`;
}

/** The outermost element of a body, with its namespace; for a list `pets/pet`, the one inside it as well. */
export function xmlRoot(schema: Schema, isList: boolean): string {
  const name = schema.xml?.name ?? schema.component;
  const root = namedAs(schema, name ?? 'root', 'root') ?? name ?? 'root';
  return isList ? `${root}/${itemName(schema.items?.(), name ?? 'item')}` : root;
}

/** Without a name of their own, items are called like the list (OpenAPI, "XML Arrays"). */
function itemName(items: Schema | undefined, list: string): string {
  const own = items?.xml?.name ?? items?.component ?? list;
  return (items === undefined ? undefined : namedAs(items, own, list)) ?? own;
}

/**
 * `name`, `prefix:name`, or either with the namespace that it needs: `s:pet xmlns:s="urn:pets"`. Undefined where nothing is
 * said and it has no other name.
 */
function namedAs({ xml }: Schema, name: string | undefined, property: string): string | undefined {
  const { namespace, prefix } = xml ?? {};
  const own = name ?? xml?.name;
  const safePrefix = prefix !== undefined && /^[A-Za-z_][\w.-]*$/.test(prefix) ? prefix : undefined;
  const safeNamespace = namespace === undefined || /["<&\s]/.test(namespace) ? undefined : namespace;
  if (own === undefined && safePrefix === undefined && safeNamespace === undefined) return undefined;
  const tag = (own ?? property).replaceAll(/[^\w.:-]/g, '_').replace(/^(?=[^A-Za-z_])/, '_');
  const full = safePrefix === undefined || tag.includes(':') ? tag : `${safePrefix}:${tag}`;
  if (safeNamespace === undefined) return full;
  // An attribute without a prefix is in no namespace.
  if (safePrefix === undefined && xml?.attribute === true) return full;
  return `${full} xmlns${safePrefix === undefined ? '' : `:${safePrefix}`}="${safeNamespace}"`;
}
