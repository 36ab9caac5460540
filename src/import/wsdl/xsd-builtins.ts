// The built-in types of XML Schema (part 2, section 3) and which GraphQL scalar carries each without loss.
import type { SimpleType, XsdScalar } from './xsd-model.ts';

const SCALARS: Readonly<Record<XsdScalar, readonly string[]>> = {
  Boolean: ['boolean'],
  Int: ['int', 'short', 'byte', 'unsignedShort', 'unsignedByte'],
  Long: [
    'long',
    'unsignedInt',
    'unsignedLong',
    'integer',
    'positiveInteger',
    'nonNegativeInteger',
    'negativeInteger',
    'nonPositiveInteger',
  ],
  Float: ['float', 'double'],
  Decimal: ['decimal'],
  DateTime: ['dateTime', 'dateTimeStamp'],
  Date: ['date'],
  String: [
    'string',
    'normalizedString',
    'token',
    'language',
    'Name',
    'NCName',
    'NMTOKEN',
    'ID',
    'IDREF',
    'ENTITY',
    'anyURI',
    'QName',
    'NOTATION',
    'base64Binary',
    'base64',
    'hexBinary',
    'time',
    'duration',
    'dayTimeDuration',
    'yearMonthDuration',
    'gYear',
    'gYearMonth',
    'gMonth',
    'gMonthDay',
    'gDay',
    'anySimpleType',
    'anyAtomicType',
  ],
};

/** What the drafts of 1999 and 2000 called them. */
const EARLIER: Readonly<Record<string, string>> = {
  timeInstant: 'dateTime',
  uriReference: 'anyURI',
  binary: 'base64Binary',
};
const LISTS = ['NMTOKENS', 'IDREFS', 'ENTITIES'];

const builtins = new Map<string, SimpleType>();
for (const [scalar, names] of Object.entries(SCALARS) as [XsdScalar, readonly string[]][]) {
  for (const builtin of names) builtins.set(builtin, { kind: 'simple', scalar, builtin, list: false });
}
for (const builtin of LISTS) builtins.set(builtin, { kind: 'simple', scalar: 'String', builtin, list: true });

/** Undefined for names that XML Schema does not define; `anyType` is not simple and is not here. */
export function builtinType(local: string): SimpleType | undefined {
  return builtins.get(Object.hasOwn(EARLIER, local) ? (EARLIER[local] ?? local) : local);
}

export const STRING: SimpleType = { kind: 'simple', scalar: 'String', builtin: 'string', list: false };
/** The type of references to attachments; its content is a MIME part, its value base64 text. */
export const SWA_REFERENCE: SimpleType = { kind: 'simple', scalar: 'String', builtin: 'swaRef', list: false };
