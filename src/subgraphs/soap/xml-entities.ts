// References in XML text → the characters they stand for. Only the five of XML and character numbers exist here.
import { XmlError } from '../../import/wsdl/xml-tree.ts';

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const REFERENCE = /&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|([a-z]{2,4}));|&/g;

/** Throws XmlError for any other reference, and for a bare `&`. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(REFERENCE, (_, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) {
      const character = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
      if (character !== undefined) return character;
    } else if (decimal !== undefined || hex !== undefined) {
      const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
      if (isCharacter(code)) return String.fromCodePoint(code);
    }
    throw new XmlError('syntax', 'not well-formed XML: a reference to nothing that XML knows');
  });
}

/** XML 1.0, section 2.2. */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}
