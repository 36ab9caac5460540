// The annotated SDL of an in-process source as a graphql-js schema, checked; mistakes are named by file and line.
import {
  buildASTSchema,
  GraphQLError,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  parse,
  print,
  valueFromAST,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLArgument,
  type FieldDefinitionNode,
  type GraphQLInputField,
  type GraphQLScalarType,
  type GraphQLSchema,
  type ObjectTypeDefinitionNode,
} from 'graphql';
import { validateSDL } from 'graphql/validation/validate.js';
import { HubFault } from '../../faults/hub-fault.ts';
import { buildDeferredSchema, type DeferredSchemaHooks } from '../../sdl/deferred-schema.ts';
import { factsOf } from '../../sdl/deferred-node.ts';
import { argumentsOf, FEDERATION_DIRECTIVES, HUB_DIRECTIVES, upstreamName } from './hub-directives.ts';
import { WELL_KNOWN_SCALARS } from './scalars.ts';

type Listeners = Required<Pick<DeferredSchemaHooks, 'onType' | 'onField'>>;

export interface LocalSchema {
  /** Has `_entities` where the source has entities; enum values carry the upstream's values. */
  readonly schema: GraphQLSchema;
  /** Entity types by name, with the field sets of their resolvable keys. */
  readonly entities: ReadonlyMap<string, readonly (readonly string[])[]>;
  /**
   * Where the SDL is deferred, so is the schema: what is to be done to each type and field is done when it is first asked
   * for. Absent where all are there.
   */
  readonly whenMade?: (listeners: Listeners) => void;
}

/** Throws HUB_COMPOSE_SDL. What is deferred was checked before, and is not checked again. */
export function buildLocalSchema(source: string, sdl: DocumentNode): LocalSchema {
  const entities = readEntities(source, sdl);
  const federation = entities.size === 0 ? [] : entityDefinitions([...entities.keys()]).definitions;
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      ...HUB_DIRECTIVES.definitions,
      ...FEDERATION_DIRECTIVES.definitions,
      ...withQuery(withoutLinks(sdl)).definitions,
      ...federation,
    ],
  };
  // What is all deferred was checked as a whole.
  const checked = sdl.definitions.length > 0 && sdl.definitions.every((node) => factsOf(node) !== undefined);
  const problems = checked ? [] : validateSDL({ ...document, definitions: document.definitions.map(withoutDeferred) });
  if (problems.length > 0) throw invalidSdl(source, problems);
  if (document.definitions.some(isDeferred)) return { ...deferLocalSchema(document), entities };
  try {
    const schema = buildASTSchema(document, { assumeValidSDL: true });
    setUpstreamValues(schema);
    return { schema, entities };
  } catch (thrown) {
    throw invalidSdl(source, [thrown instanceof GraphQLError ? thrown : new GraphQLError(String(thrown))]);
  }
}

const isDeferred = (node: DefinitionNode): boolean =>
  factsOf(node) !== undefined ||
  ('fields' in node && (node.fields ?? []).some((field) => factsOf(field) !== undefined));

/** Whatever else there is may refer to it by its name. */
function withoutDeferred(node: DefinitionNode): DefinitionNode {
  if (factsOf(node) !== undefined && 'name' in node) return { kind: node.kind, name: node.name } as DefinitionNode;
  if (!isDeferred(node)) return node;
  const { fields = [] } = node as ObjectTypeDefinitionNode;
  const written = fields.map((field) =>
    factsOf(field) === undefined ? field : { ...BOOLEAN_FIELD, name: field.name },
  );
  return { ...(node as ObjectTypeDefinitionNode), fields: written };
}

const BOOLEAN_FIELD: Omit<FieldDefinitionNode, 'name'> = {
  kind: Kind.FIELD_DEFINITION,
  type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'Boolean' } },
};

function deferLocalSchema(document: DocumentNode): Pick<LocalSchema, 'schema' | 'whenMade'> {
  let listeners: Listeners | undefined;
  const schema = buildDeferredSchema(document, {
    onType(type) {
      if (isScalarType(type)) setWellKnown(type);
      listeners?.onType(type);
    },
    onField: (...of) => listeners?.onField(...of),
    internalValueOf: (node) => upstreamName(node, node.name.value),
  });
  return { schema, whenMade: (next) => void (listeners = next) };
}

export function invalidSdl(source: string, problems: readonly GraphQLError[]): HubFault {
  const lines = problems.map((problem) => `${placeOf(problem)}${problem.message.replaceAll(/\s*\n\s*/g, ' ')}`);
  return new HubFault('HUB_COMPOSE_SDL', `the schema of source "${source}" is not valid:\n  ${lines.join('\n  ')}`, {
    details: { source },
  });
}

/** "schema/shop/joins.graphql:3:5: " or nothing. */
function placeOf(error: GraphQLError): string {
  const location = error.locations?.[0];
  const file = error.source?.name ?? error.nodes?.[0]?.loc?.source.name;
  if (location === undefined) return '';
  return `${file === undefined || file === 'GraphQL request' ? 'line ' : `${file}:`}${location.line}:${location.column}: `;
}

function readEntities(source: string, sdl: DocumentNode): ReadonlyMap<string, readonly (readonly string[])[]> {
  const entities = new Map<string, (readonly string[])[]>();
  for (const definition of sdl.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    if (factsOf(definition)?.directives.has('key') === false) continue;
    for (const directive of definition.directives ?? []) {
      const { fields, resolvable } = argumentsOf(directive);
      if (directive.name.value !== 'key' || resolvable === false || typeof fields !== 'string') continue;
      if (/[{}]/.test(fields)) {
        const problem = new GraphQLError(
          `@key(fields: ${print({ kind: Kind.STRING, value: fields })}) of ${definition.name.value} is nested: keys of in-process sources are flat lists of fields`,
          { nodes: [directive] },
        );
        throw invalidSdl(source, [problem]);
      }
      const known = entities.get(definition.name.value) ?? [];
      entities.set(definition.name.value, [...known, fields.trim().split(/[\s,]+/)]);
    }
  }
  return entities;
}

const entityDefinitions = (names: readonly string[]): DocumentNode =>
  parse(
    `scalar _Any
     union _Entity = ${names.join(' | ')}
     extend type Query { _entities(representations: [_Any!]!): [_Entity]! }`,
    { noLocation: true },
  );

/** graphql-js wants a query type; a source that only joins has none of its own. */
function withQuery(sdl: DocumentNode): DocumentNode {
  const has = sdl.definitions.some((one) => one.kind === Kind.OBJECT_TYPE_DEFINITION && one.name.value === 'Query');
  if (has) return sdl;
  return {
    ...sdl,
    definitions: [...sdl.definitions, ...parse('type Query { _manifold: Boolean }', { noLocation: true }).definitions],
  };
}

const withoutLinks = (sdl: DocumentNode): DocumentNode => ({
  ...sdl,
  definitions: sdl.definitions.filter((definition) => definition.kind !== Kind.SCHEMA_EXTENSION),
});

/** Internal values of enums are what the upstream calls them; well-known scalars check and convert. */
function setUpstreamValues(schema: GraphQLSchema): void {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  for (const type of types) {
    if (isEnumType(type)) {
      for (const value of type.getValues()) value.value = upstreamName(value.astNode, value.name);
    } else if (isScalarType(type)) setWellKnown(type);
  }
  // Default values were read before that.
  for (const type of types) {
    if (isInputObjectType(type)) Object.values(type.getFields()).forEach(readDefault);
    else if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) field.args.forEach(readDefault);
    }
  }
}

function setWellKnown(type: GraphQLScalarType): void {
  const known = isSpecifiedScalarType(type) ? undefined : WELL_KNOWN_SCALARS.get(type.name);
  if (known === undefined) return;
  const { serialize, parseValue, parseLiteral } = known;
  Object.assign(type, { serialize, parseValue, parseLiteral });
}

function readDefault(input: GraphQLArgument | GraphQLInputField): void {
  const written = input.astNode?.defaultValue;
  if (written !== undefined) input.defaultValue = valueFromAST(written, input.type);
}
