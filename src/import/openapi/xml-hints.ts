// How a schema stands in XML, as `@xml` and as the root of a body say it. Called by the mapping of fields and bodies.
import type { Schema } from './document-model.ts';
import { quote } from './sdl-model.ts';

/** Undefined where it is an element of the property's name. */
export function xmlDirective(schema: Schema): string | undefined {
  const { xml } = schema;
  const items = schema.items?.();
  const args: string[] = [];
  const name = schema.items !== undefined && xml?.wrapped !== true ? (items?.xml?.name ?? xml?.name) : xml?.name;
  if (name !== undefined) args.push(`name: ${quote(name)}`);
  if (xml?.attribute === true) args.push('attribute: true');
  if (xml?.text === true) args.push('text: true');
  if (xml?.wrapped === true && schema.items !== undefined) {
    args.push(`item: ${quote(items?.xml?.name ?? items?.component ?? 'item')}`);
  }
  return args.length === 0 ? undefined : `@xml(${args.join(', ')})`;
}

/** The outermost element of a body, with its namespace. */
export function xmlRoot(schema: Schema): string {
  const name = schema.xml?.name ?? schema.component ?? 'root';
  const tag = name.replaceAll(/[^\w.-]/g, '_').replace(/^(?=[^A-Za-z_])/, '_');
  const { namespace, prefix } = schema.xml ?? {};
  if (namespace === undefined || /["<&\s]/.test(namespace)) return tag;
  const safe = prefix !== undefined && /^[A-Za-z_][\w.-]*$/.test(prefix) ? prefix : undefined;
  return safe === undefined ? `${tag} xmlns="${namespace}"` : `${safe}:${tag} xmlns:${safe}="${namespace}"`;
}
