// The gate: a subgraph of the hub's own through which another gateway's `_entities` and `_service` enter the graph. It makes
// stubs of representations; the planner fetches the rest from the sources, as for every other stub.
import {
  getNamedType,
  isEnumType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
  visit,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { fieldsOf, parseFieldSet, type EntryKeys } from './entry-keys.ts';

/** Composition takes Federation's own names for machinery and drops them: while it works, they are called otherwise. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['ManifoldGateAny', '_Any'],
  ['ManifoldGateEntity', '_Entity'],
  ['ManifoldGateService', '_Service'],
  ['manifoldGateEntities', '_entities'],
  ['manifoldGateService', '_service'],
]);

/** Gives the machinery its real names: a supergraph in which `_entities` and `_service` are fields like any other. */
export function openGate(document: DocumentNode): DocumentNode {
  return visit(document, {
    Name: (node) => {
      const value = NAMES.get(node.value);
      return value === undefined ? undefined : { ...node, value };
    },
  });
}

/** Federation SDL of a gate that takes these keys; with the names that composition leaves alone. */
export function createGateSdl(publicSchema: GraphQLSchema, keys: EntryKeys): DocumentNode {
  const fields = new Map<string, Map<string, string>>();
  const leaves = new Map<string, string>();
  const include = (type: GraphQLObjectType, set: SelectionSetNode): void => {
    const known = fields.get(type.name) ?? new Map<string, string>();
    fields.set(type.name, known);
    for (const { name, inside } of fieldsOf(set)) {
      const field = type.getFields()[name];
      if (field === undefined) continue;
      known.set(name, field.type.toString());
      const named = getNamedType(field.type);
      if (isObjectType(named) && inside !== undefined) include(named, inside);
      else leaves.set(named.name, definitionOf(named));
    }
  };
  for (const [name, fieldSets] of keys) {
    const type = publicSchema.getType(name);
    if (isObjectType(type)) for (const fieldSet of fieldSets) include(type, parseFieldSet(fieldSet));
  }
  const directivesOf = (name: string): string =>
    (keys.get(name) ?? []).map((key) => ` @key(fields: ${JSON.stringify(key)}, resolvable: false)`).join('');
  const types = [...fields].map(
    ([name, all]) =>
      `type ${name}${directivesOf(name)} { ${[...all].map(([field, type]) => `${field}: ${type}`).join('\n')} }`,
  );
  const entities =
    keys.size === 0 ? '' : `manifoldGateEntities(representations: [ManifoldGateAny!]!): [ManifoldGateEntity]!`;
  return parse(
    `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
     type ManifoldGateService { sdl: String }
     type Query { ${entities} manifoldGateService: ManifoldGateService! }
     ${keys.size === 0 ? '' : `scalar ManifoldGateAny union ManifoldGateEntity = ${[...keys.keys()].join(' | ')}`}
     ${[...leaves.values(), ...types].join('\n')}`,
    { noLocation: true },
  );
}

function definitionOf(type: GraphQLNamedType): string {
  if (isScalarType(type)) return isSpecifiedScalarType(type) ? '' : `scalar ${type.name}`;
  if (!isEnumType(type)) return '';
  const values = type.getValues().map(({ name }) => name);
  return `enum ${type.name} { ${values.join(' ')} }`;
}
