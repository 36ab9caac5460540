// What composition sees of an in-process source: its SDL without the hub's directives, linked to Federation 2.
import { Kind, parse, visit, type ConstDirectiveNode, type DocumentNode, type ObjectTypeDefinitionNode } from 'graphql';
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
  const stripped = visit(sdl, {
    Directive: (directive) => (HUB_DIRECTIVE_NAMES.has(directive.name.value) ? null : undefined),
    ObjectTypeDefinition: {
      leave: (type: ObjectTypeDefinitionNode) => ({
        ...type,
        directives: (type.directives ?? []).map((directive) => toResolvable(type.name.value, directive, isResolvable)),
      }),
    },
  });
  const definitions = stripped.definitions.filter(
    (definition) =>
      definition.kind !== Kind.DIRECTIVE_DEFINITION &&
      !(definition.kind === Kind.OBJECT_TYPE_DEFINITION && (definition.fields ?? []).length === 0),
  );
  return { kind: Kind.DOCUMENT, definitions: [...link.definitions, ...definitions] };
}

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
