// A type of the WSDL in, a function out that reads its values straight off the scanner: no tree, no search per element.
// It gives what decode-message.ts gives for the same XML (a property test holds the two together), except that it knows
// no SOAP encoding. Compiled once per type, on first use.
import { XSD, XSI } from '../../import/wsdl/namespaces.ts';
import { builtinType } from '../../import/wsdl/xsd-builtins.ts';
import { derivesFrom } from '../../import/wsdl/derived-types.ts';
import {
  arrayItem,
  isBinary,
  typeTag,
  type ComplexType,
  type Field,
  type SimpleType,
  type ValueType,
} from '../../import/wsdl/xsd-model.ts';
import { resolveQName } from '../../import/wsdl/xml-tree.ts';
import { attachedText, decodeUntyped, type DecodeContext } from './decode-message.ts';
import { compileSimple, DecodeError } from './decode-simple.ts';
import { createRecord, createRecordFactory, type RawRecord } from './raw-record.ts';
import { scanTree } from './scan-tree.ts';
import type { ScannedName, XmlScanner } from './xml-scanner.ts';

/**
 * Called when the scanner has read a start tag; reads that element to its end. Throws DecodeError with the path to what
 * does not fit, and XmlError.
 */
export type Decode = (scanner: XmlScanner, context: DecodeContext) => unknown;

const decoders = new WeakMap<ValueType, Decode>();

function decoderOf(type: ValueType): Decode {
  const known = decoders.get(type);
  if (known !== undefined) return known;
  // Types may contain themselves: the inner use finds this one.
  let compiled: Decode | undefined;
  decoders.set(type, (scanner, context) => (compiled ??= compile(type))(scanner, context));
  compiled = compile(type);
  decoders.set(type, compiled);
  return compiled;
}

function compile(type: ValueType): Decode {
  if (type.kind === 'any') return decodeAny;
  if (type.kind === 'simple') return compileText(type, '');
  const own = compileComplex(type);
  return (scanner, context) => {
    if (scanner.attributes.length > 0) {
      if (isNil(scanner)) return skipped(scanner);
      const actual = actualType(scanner, type, context);
      if (actual !== type) return decoderOf(actual)(scanner, context);
    }
    return own(scanner, context);
  };
}

/** `fallback`: what an empty element means. */
function compileText(type: SimpleType, fallback: string): Decode {
  const parse = compileSimple(type);
  const binary = isBinary(type);
  return (scanner, context) => {
    if (scanner.attributes.length > 0 && isNil(scanner)) return skipped(scanner);
    const text = binary && context.attachments !== undefined ? readBinary(scanner, context) : scanner.readText();
    return parse(text === '' ? fallback : text);
  };
}

const skipped = (scanner: XmlScanner): null => (scanner.skip(), null);

function decodeAny(scanner: XmlScanner, context: DecodeContext): unknown {
  return decodeUntyped(scanTree(scanner), context);
}

/** Base64 as text, or the MIME part that an `xop:Include` stands for. */
function readBinary(scanner: XmlScanner, context: DecodeContext): string {
  let attached = attachedText(scanner.attribute('', 'href'), context);
  const text = scanner.readText(() => {
    const href = scanner.name.local === 'Include' ? scanner.attribute('', 'href') : undefined;
    scanner.skip();
    attached ??= attachedText(href, context);
  });
  return attached ?? attachedText(text.trim(), context) ?? text;
}

function isNil(scanner: XmlScanner): boolean {
  const nil = scanner.attribute(XSI, 'nil')?.trim();
  return nil === 'true' || nil === '1';
}

function actualType(scanner: XmlScanner, declared: ComplexType, context: DecodeContext): ValueType {
  const named = scanner.attribute(XSI, 'type');
  if (named === undefined) return declared;
  const { uri, local } = resolveQName(scanner, named);
  const actual = uri === XSD ? builtinType(local) : context.typeNamed(uri, local);
  return actual?.kind === 'complex' && derivesFrom(actual, declared) ? actual : declared;
}

function compileComplex(type: ComplexType): Decode {
  const item = arrayItem(type);
  if (item !== undefined) return compileArray(item);
  if (type.fields.length === 0) return decodeAny;
  return recordDecoderOf(type);
}

function compileArray(item: Field): Decode {
  let decode: Decode | undefined;
  return (scanner, context) => {
    decode ??= decoderOf(item.type);
    const values: unknown[] = [];
    if (scanner.selfClosing) return values;
    const { scope } = scanner;
    const { qname } = scanner.name;
    let index = 0;
    try {
      for (; scanner.nextChild(qname); scanner.scope = scope, index += 1) {
        if (scanner.name.local === item.local) push(values, item, decode(scanner, context));
        else scanner.skip();
      }
    } catch (error) {
      throw DecodeError.at(item.local, error);
    }
    return values;
  };
}

/** Beyond this many children of one element, each is taken to be like the last: the items of a list. */
const MAX_GUESSES = 32;

interface Slot {
  readonly field: Field;
  readonly decode: Decode;
}

type DecodeRecord = (scanner: XmlScanner, context: DecodeContext) => RawRecord;

const recordDecoders = new WeakMap<ComplexType, DecodeRecord>();

/** Reads attributes and content of the last start tag's element into a record, even of a type that is nothing but an array. */
export function recordDecoderOf(type: ComplexType): DecodeRecord {
  const known = recordDecoders.get(type) ?? compileRecord(type);
  recordDecoders.set(type, known);
  return known;
}

function compileRecord(type: ComplexType): DecodeRecord {
  const { fields } = type;
  const lists = fields.filter((field) => field.list);
  const attributes = fields.filter((field) => field.role === 'attribute').map(compileAttribute);
  const text = fields.find((field) => field.role === 'text');
  const readText = text === undefined ? undefined : compileOwnText(text);
  const find = compileSearch(type);
  const tag = typeTag(type);
  const Raw = createRecordFactory();

  return (scanner, context) => {
    const record = new Raw();
    if (tag !== undefined) record.$type = tag;
    for (const field of lists) record[field.raw] = [];
    for (const read of attributes) read(scanner, record);
    if (readText !== undefined) {
      const content = scanner.readText(() => readChild(scanner, context, record));
      readText(content, record);
      return record;
    }
    if (!scanner.selfClosing) readChildren(scanner, context, record);
    return record;
  };

  /** Servers write the children of all records alike: what came last time at a place is tried first. */
  function readChildren(scanner: XmlScanner, context: DecodeContext, record: RawRecord): void {
    const { scope } = scanner;
    const { qname } = scanner.name;
    const guesses = scanner.guesses(find);
    for (let index = 0; ; index += 1) {
      const guess = guesses[Math.min(index, MAX_GUESSES - 1)];
      if (guess !== undefined && scanner.openGuessed(guess)) {
        readSlot(scanner, context, record, guess.slot as Slot | null);
      } else {
        if (!scanner.nextChild(qname)) return;
        const { name } = scanner;
        const slot = slotOf(name);
        if (scanner.scope === scope && index < MAX_GUESSES) guesses[index] = { name, scope, slot };
        readSlot(scanner, context, record, slot);
      }
      scanner.scope = scope;
    }
  }

  function readChild(scanner: XmlScanner, context: DecodeContext, record: RawRecord): void {
    readSlot(scanner, context, record, slotOf(scanner.name));
  }

  function slotOf(name: ScannedName): Slot | null {
    if (name.owner === find) return name.found as Slot | null;
    const slot = find(name);
    name.owner = find;
    name.found = slot;
    return slot;
  }

  function readSlot(scanner: XmlScanner, context: DecodeContext, record: RawRecord, slot: Slot | null): void {
    if (slot === null) {
      scanner.skip();
      return;
    }
    const { field } = slot;
    const { local } = scanner.name;
    let value: unknown;
    try {
      value = slot.decode(scanner, context);
    } catch (error) {
      throw DecodeError.at(local, error);
    }
    if (field.role === 'wildcard') addWildcard(record, field, local, value);
    else if (field.list) push(record[field.raw] as unknown[], field, value);
    else record[field.raw] = value;
  }
}

/** An item that is nothing is only one where the schema allows that. */
function push(values: unknown[], { nillable }: Field, value: unknown): void {
  if (value !== null || nillable) values.push(value);
}

function addWildcard(record: RawRecord, field: Field, local: string, value: unknown): void {
  const wrapped = createRecord();
  wrapped[local] = value;
  const known = record[field.raw];
  if (field.list) (known as unknown[]).push(wrapped);
  else if (known === undefined) record[field.raw] = wrapped;
  else (known as RawRecord)[local] = value;
}

/** By namespace and name; by name alone where that is unambiguous, since many servers get qualification wrong. */
function compileSearch(type: ComplexType): (name: ScannedName) => Slot | null {
  const byLocal = new Map<string, Field[]>();
  const slots = new Map<Field, Slot>();
  for (const field of type.fields) {
    if (field.role !== 'element') continue;
    byLocal.set(field.local, [...(byLocal.get(field.local) ?? []), field]);
  }
  const wildcard = type.fields.find(({ role }) => role === 'wildcard');
  return ({ uri, local }) => {
    const candidates = byLocal.get(local) ?? [];
    const exact = candidates.find((field) => field.uri === uri);
    const field = exact ?? (candidates.length === 1 ? candidates[0] : wildcard);
    if (field === undefined) return null;
    const slot = slots.get(field) ?? { field, decode: decoderOfField(field) };
    slots.set(field, slot);
    return slot;
  };
}

function decoderOfField({ type, fallback }: Field): Decode {
  return type.kind === 'simple' && fallback !== undefined ? compileText(type, fallback) : decoderOf(type);
}

function compileAttribute(field: Field): (scanner: XmlScanner, record: RawRecord) => void {
  const parse = field.type.kind === 'simple' ? compileSimple(field.type) : (text: string) => text;
  return (scanner, record) => {
    const given = scanner.attributes.length === 0 ? undefined : scanner.attribute(field.uri, field.local);
    const text = given ?? field.fallback;
    if (text === undefined) return;
    try {
      record[field.raw] = parse(text);
    } catch (error) {
      throw DecodeError.at(field.raw, error);
    }
  };
}

/** Beside elements (mixed content), white space is layout. */
function compileOwnText(field: Field): (content: string, record: RawRecord) => void {
  const parse = field.type.kind === 'simple' ? compileSimple(field.type) : (text: string) => text;
  return (content, record) => {
    record[field.raw] = !field.required && content.trim() === '' ? null : parse(content);
  };
}
