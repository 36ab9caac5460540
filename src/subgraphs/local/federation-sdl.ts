// What composition sees of an in-process source: its SDL without the hub's directives, linked to Federation 2.
import {
  Kind,
  parse,
  visit,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
} from 'graphql';
import { deferNode, factsOf } from '../../sdl/deferred-node.ts';
import { argumentsOf, FEDERATION_DIRECTIVE_NAMES, FEDERATION_LINK, HUB_DIRECTIVE_NAMES } from './hub-directives.ts';

/**
 * `resolvableKeys`: for each entity type the field sets (as written in `@key`) that this source can look up. The other
 * keys are offered for joining only, so that the planner never comes here with them.
 */
export function toFederationSdl(
  sdl: DocumentNode,
  isResolvable: (typeName: string, fields: string) => boolean,
): DocumentNode {
  const imports = FEDERATION_DIRECTIVE_NAMES.map((name) => `"@${name}"`).join(', ');
  const link = parse(`extend schema @link(url: "${FEDERATION_LINK}", import: [${imports}])`, { noLocation: true });
  const definitions = sdl.definitions
    .filter(
      (definition) =>
        definition.kind !== Kind.DIRECTIVE_DEFINITION &&
        (factsOf(definition) !== undefined ||
          definition.kind !== Kind.OBJECT_TYPE_DEFINITION ||
          (definition.fields ?? []).length > 0),
    )
    .map((definition) => stripDefinition(definition, isResolvable));
  return { kind: Kind.DOCUMENT, definitions: [...link.definitions, ...definitions] };
}

/** Without the hub's directives. What was not read before is not read by this. */
function stripDefinition(definition: DefinitionNode, isResolvable: IsResolvable): DefinitionNode {
  const deferred = deferStripped(definition, () => stripWhole(definition, isResolvable));
  return deferred ?? stripWhole(definition, isResolvable);
}

function stripWhole(definition: DefinitionNode, isResolvable: IsResolvable): DefinitionNode {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return strip(definition);
  const fields = (definition.fields ?? []).map((field) => deferStripped(field, () => strip(field)) ?? strip(field));
  const { directives = [], ...rest } = strip({ ...definition, fields: [] });
  return {
    ...rest,
    directives: directives.map((directive) => toResolvable(definition.name.value, directive, isResolvable)),
    fields,
  };
}

const strip = <T extends DefinitionNode | FieldDefinitionNode>(node: T): T =>
  visit(node, {
    Directive: (directive) => (HUB_DIRECTIVE_NAMES.has(directive.name.value) ? null : undefined),
  });

/** Undefined where the node is not deferred. */
function deferStripped<T extends DefinitionNode | FieldDefinitionNode>(node: T, read: () => T): T | undefined {
  const facts = factsOf(node);
  if (facts === undefined || !('name' in node)) return undefined;
  if (![...facts.directives].some((name) => HUB_DIRECTIVE_NAMES.has(name))) return node;
  const directives =
    withoutHub.get(facts.directives) ?? new Set([...facts.directives].filter((name) => !HUB_DIRECTIVE_NAMES.has(name)));
  withoutHub.set(facts.directives, directives);
  return deferNode<T>({ kind: node.kind, name: node.name }, { ...facts, directives }, read);
}

/** Many nodes share a set. */
const withoutHub = new WeakMap<ReadonlySet<string>, ReadonlySet<string>>();

type IsResolvable = (typeName: string, fields: string) => boolean;

function toResolvable(
  typeName: string,
  directive: ConstDirectiveNode,
  isResolvable: (typeName: string, fields: string) => boolean,
): ConstDirectiveNode {
  if (directive.name.value !== 'key') return directive;
  const { fields, resolvable } = argumentsOf(directive);
  if (resolvable === false || typeof fields !== 'string' || isResolvable(typeName, fields)) return directive;
  return {
    ...directive,
    arguments: [
      ...(directive.arguments ?? []).filter((argument) => argument.name.value !== 'resolvable'),
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: 'resolvable' },
        value: { kind: Kind.BOOLEAN, value: false },
      },
    ],
  };
}
