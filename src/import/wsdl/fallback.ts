// XSD `default` and `fixed` of an element or attribute, for its Field.
import type { XmlElement } from './xml-tree.ts';

export function fallbackOf(node: XmlElement): { readonly fallback?: string; readonly fixed?: true } {
  const fixed = node.attributes.get('fixed');
  if (fixed !== undefined) return { fallback: fixed, fixed: true };
  const fallback = node.attributes.get('default');
  return fallback === undefined ? {} : { fallback };
}
