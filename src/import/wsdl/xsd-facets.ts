// Facets of a restriction (XML Schema part 2, section 4.3) in words, for documentation. The service checks them, not the hub.
import { XSD } from './namespaces.ts';
import type { SimpleType } from './xsd-model.ts';
import type { XmlElement } from './xml-tree.ts';

const WORDS: Readonly<Record<string, (value: string) => string>> = {
  pattern: (value) => `matches ${value}`,
  length: (value) => `exactly ${value} long`,
  minLength: (value) => `at least ${value} long`,
  maxLength: (value) => `at most ${value} long`,
  minInclusive: (value) => `from ${value}`,
  maxInclusive: (value) => `up to ${value}`,
  minExclusive: (value) => `more than ${value}`,
  maxExclusive: (value) => `less than ${value}`,
  totalDigits: (value) => `at most ${value} digits`,
  fractionDigits: (value) => `at most ${value} decimal places`,
};
const MAX_TEXT = 300;

/** The base type with what the restriction adds. */
export function withFacets(base: SimpleType, restriction: XmlElement): SimpleType {
  const texts = base.facets === undefined ? [] : [base.facets];
  const values: string[] = [];
  for (const { uri, local, attributes } of restriction.children) {
    const value = attributes.get('value');
    if (uri !== XSD || value === undefined) continue;
    if (local === 'enumeration') values.push(value);
    else if (Object.hasOwn(WORDS, local)) texts.push(WORDS[local]?.(value) ?? '');
  }
  if (values.length > 0) texts.push(`one of ${values.join(', ')}`);
  if (texts.length === 0) return base;
  const facets = texts.join('; ');
  return { ...base, facets: facets.length > MAX_TEXT ? `${facets.slice(0, MAX_TEXT)}…` : facets };
}
