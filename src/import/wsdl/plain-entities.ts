// The internal subset of a DOCTYPE → the entities it declares, where all of them are short plain text. Public schemas
// (XML Signature, for one) have such; an entity that refers to others or to a file is how a parser is attacked.

const MAX_VALUE = 200;
const MAX_DOCTYPE = 10_000;
const MAX_USES = 1_000;
const ENTITY = /<!ENTITY\s+([A-Za-z_][\w.-]*)\s+(?:"([^"&%<]*)"|'([^'&%<]*)')\s*>/g;
/** Parameter entities that are empty, and declarations that only concern validation. */
const IGNORED =
  /<!ENTITY\s+%\s+\w+\s+(?:""|'')\s*>|<!(?:ATTLIST|ELEMENT|NOTATION)\s[^<>"']*(?:"[^"]*"|'[^']*')?[^<>"']*>|<!--[^]*?-->/g;

/** Undefined where the DOCTYPE declares anything else, or the document uses its entities too often. */
export function plainEntities(doctype: string, text: string): Record<string, string> | undefined {
  if (doctype.length > MAX_DOCTYPE) return undefined;
  const open = doctype.indexOf('[');
  const subset = doctype.slice(open + 1, doctype.lastIndexOf(']'));
  const entities: Record<string, string> = {};
  let rest = subset.replaceAll(IGNORED, '');
  for (const [whole, name, double, single] of rest.matchAll(ENTITY)) {
    const value = double ?? single ?? '';
    if (name === undefined || value.length > MAX_VALUE) return undefined;
    if (!Object.hasOwn(entities, name)) entities[name] = value;
    rest = rest.replace(whole, '');
  }
  if (rest.trim() !== '') return undefined;
  const uses = text.match(/&[A-Za-z_]/g)?.length ?? 0;
  return Object.keys(entities).length === 0 || uses <= MAX_USES ? entities : undefined;
}
