// How a field stands in XML: `@xml`, or an element of its upstream name. Read once by the reader and the writer of XML.
import { directiveArgs, upstreamName, type Directed } from '../local/hub-directives.ts';

export interface XmlField {
  /** Upstream name of the property. */
  readonly raw: string;
  /** Name of its element or attribute, with its prefix. */
  readonly name: string;
  readonly place: 'element' | 'attribute' | 'text';
  /** Name of the items inside the element of a list; undefined where the list has no element of its own. */
  readonly item: string | undefined;
}

export function readXmlField(field: {
  readonly name: string;
  readonly astNode?: Directed | null | undefined;
}): XmlField {
  const raw = upstreamName(field.astNode, field.name);
  const args = directiveArgs(field.astNode, 'xml') ?? {};
  return {
    raw,
    name: typeof args.name === 'string' ? args.name : raw,
    place: args.attribute === true ? 'attribute' : args.text === true ? 'text' : 'element',
    item: typeof args.item === 'string' ? args.item : undefined,
  };
}

/** `ns:item` → `item`: a document may choose its prefixes. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
