// How a field stands in XML: `@xml`, or an element of its upstream name. Read once by the reader and the writer of XML.
import { directiveArgs, upstreamName, type Directed } from '../local/hub-directives.ts';

export interface XmlField {
  /** Upstream name of the property. */
  readonly raw: string;
  /** Name of its element or attribute, with its prefix. */
  readonly name: string;
  /** The namespace that the name needs, as it stands in a tag: `xmlns:s="urn:s"`. */
  readonly declaration: string | undefined;
  readonly place: 'element' | 'attribute' | 'text';
  /** Name of the items inside the element of a list; undefined where the list has no element of its own. */
  readonly item: XmlName | undefined;
}

export type XmlName = Pick<XmlField, 'name' | 'declaration'>;

export function readXmlField(field: {
  readonly name: string;
  readonly astNode?: Directed | null | undefined;
}): XmlField {
  const raw = upstreamName(field.astNode, field.name);
  const args = directiveArgs(field.astNode, 'xml') ?? {};
  return {
    raw,
    ...xmlName(typeof args.name === 'string' ? args.name : raw),
    place: args.attribute === true ? 'attribute' : args.text === true ? 'text' : 'element',
    item: typeof args.item === 'string' ? xmlName(args.item) : undefined,
  };
}

const DECLARED = /^(.*?)\s+(xmlns(?::[\w.-]+)?="[^"<&]*")$/s;

/** `s:pet xmlns:s="urn:pets"` in its two parts. What could be no name would be markup. */
export function xmlName(written: string): XmlName {
  const [, name = written, declaration] = DECLARED.exec(written) ?? [];
  return { name: safeName(name), declaration };
}

export function safeName(name: string): string {
  return name.replaceAll(/[^\w.:-]/g, '_').replace(/^(?=[^A-Za-z_])/, '_');
}

/** `ns:item` → `item`: a document may choose its prefixes. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
