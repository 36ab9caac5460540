// SDL text in, document out, of which only names are read: for large texts that were checked before. Called by
// compose-sources.ts.
import {
  Kind,
  parse,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type NameNode,
  type ObjectTypeDefinitionNode,
} from 'graphql';
import { deferNode } from './deferred-node.ts';
import { scanDefinitions, scanFields, type DefinitionSpan, type Span, type TypeKeyword } from './scan-sdl.ts';

const KINDS = {
  type: Kind.OBJECT_TYPE_DEFINITION,
  interface: Kind.INTERFACE_TYPE_DEFINITION,
  union: Kind.UNION_TYPE_DEFINITION,
  enum: Kind.ENUM_TYPE_DEFINITION,
  input: Kind.INPUT_OBJECT_TYPE_DEFINITION,
  scalar: Kind.SCALAR_TYPE_DEFINITION,
} as const satisfies Record<TypeKeyword, Kind>;

/** Types of more characters are read field by field. */
const MAX_WHOLE_CHARS = 100_000;

/**
 * Undefined where the text has anything but definitions of types. What is wrong in a definition is only noticed when it is
 * read, as an Error that is no GraphQLError of any use: hand in what parsed before.
 */
export function deferSdl(text: string, maxWholeChars = MAX_WHOLE_CHARS): DocumentNode | undefined {
  const spans = scanDefinitions(text);
  if (spans === undefined) return undefined;
  return { kind: Kind.DOCUMENT, definitions: spans.map((span) => deferDefinition(text, span, maxWholeChars)) };
}

function deferDefinition(text: string, span: DefinitionSpan, maxWholeChars: number): DefinitionNode {
  const { keyword, name, start, end } = span;
  const whole = () => parseOne(text.slice(start, end));
  // A type without fields is not like the others to those who do not look into them.
  if (keyword === 'type' && span.body === end) return whole();
  const byField = keyword === 'type' && end - start > maxWholeChars;
  const known = { directives: span.directives, hasInterfaces: span.hasInterfaces };
  return deferNode<DefinitionNode>(
    { kind: KINDS[keyword], name: toName(name) },
    known,
    byField ? () => readByField(text, span) : whole,
  );
}

function readByField(text: string, span: DefinitionSpan): ObjectTypeDefinitionNode {
  const head = parseOne(text.slice(span.start, span.body)) as ObjectTypeDefinitionNode;
  return { ...head, fields: scanFields(text, span).map((field) => deferField(text, field)) };
}

function deferField(text: string, { name, start, end, directives }: Span): FieldDefinitionNode {
  return deferNode<FieldDefinitionNode>(
    { kind: Kind.FIELD_DEFINITION, name: toName(name) },
    { directives, hasInterfaces: false },
    () => {
      const type = parseOne(`type X {\n${text.slice(start, end)}\n}`) as ObjectTypeDefinitionNode;
      const [field] = type.fields ?? [];
      if (field === undefined) throw new Error(`nothing is written for the field "${name}"`);
      return field;
    },
  );
}

const toName = (value: string): NameNode => ({ kind: Kind.NAME, value });

function parseOne(text: string): DefinitionNode {
  const [definition] = parse(text, { noLocation: true }).definitions;
  if (definition === undefined) throw new Error('nothing is written where a definition was found');
  return definition;
}
