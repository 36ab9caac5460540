// What the definitions of a subgraph mean for composition: which stand for themselves alone, and which say something about
// others. Called by leave-out.ts.
import {
  Kind,
  visit,
  type ASTNode,
  type DefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type TypeDefinitionNode,
} from 'graphql';
import { factsOf } from '../sdl/deferred-node.ts';
import type { SubgraphSdl } from './compose-supergraph.ts';

/** Directives that composition hands on as they are. */
export const HANDED_ON: ReadonlySet<string> = new Set(['deprecated', 'specifiedBy', 'oneOf']);
/** What an entity says of itself where it says no more than its keys. */
export const KEYED: ReadonlySet<string> = new Set([...HANDED_ON, 'key']);
/** They say something about what does not bear them. */
const FAR_REACHING: ReadonlySet<string> = new Set([
  'inaccessible',
  'interfaceObject',
  'composeDirective',
  'context',
  'fromContext',
  'extends',
]);
const FIELD_SETS: ReadonlySet<string> = new Set(['key', 'requires', 'provides']);

export const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

export interface Uses {
  /** Whether something, or a name that a directive is given, may say something about anything. */
  readonly farReaching: boolean;
  /** Names of the fields that are mentioned in keys and the like. */
  readonly fieldSets: ReadonlySet<string>;
}

/** Deferred definitions are taken to lead to no root type: compose-import.ts sees to it before they are. */
export function readUses({ sdl }: SubgraphSdl): Uses {
  const fieldSets = new Set<string>();
  let farReaching = false;
  for (const definition of sdl.definitions) {
    const known = factsOf(definition)?.directives;
    if (known !== undefined && isWithin(known, HANDED_ON)) continue;
    const hasOpen = 'fields' in definition && (definition.fields ?? []).some((field) => !hides(field));
    // Keys are on types alone, so that the fields need not be read.
    const [head, ...fields] = partsOf(definition);
    for (const part of known !== undefined && isWithin(known, KEYED) ? [head] : [head, ...fields]) {
      if (factsOf(part) !== undefined && isPlain(part)) continue;
      visit(part, {
        Directive(directive, _key, _parent, _path, ancestors) {
          const name = directive.name.value.replace(/^federation__/, '');
          if (name === 'link') farReaching ||= renames(directive);
          else if (FIELD_SETS.has(name)) for (const word of wordsIn(directive)) fieldSets.add(word);
          else if (FAR_REACHING.has(name))
            farReaching ||= !(hasOpen && name === 'inaccessible' && isOnField(part, ancestors));
        },
        OperationTypeDefinition: () => false,
        NamedType: ({ name }) => void (farReaching ||= ROOTS.has(name.value)),
      });
    }
  }
  return { farReaching, fieldSets };
}

const hides = (field: FieldDefinitionNode | InputValueDefinitionNode): boolean =>
  factsOf(field)?.directives.has('inaccessible') !== false &&
  (field.directives ?? []).some(({ name }) => name.value.endsWith('inaccessible'));

/** Only that field is hidden: the type that it is of has others, and nobody has to give it. */
const isOnField = (part: ASTNode, ancestors: readonly unknown[]): boolean =>
  part.kind === Kind.FIELD_DEFINITION && ancestors.at(-1) === part;

/** The definition without its fields, and each of these. */
function partsOf(definition: DefinitionNode): readonly [DefinitionNode, ...FieldDefinitionNode[]] {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return [definition];
  return [{ ...definition, fields: [] }, ...(definition.fields ?? [])];
}

function wordsIn(node: ASTNode): readonly string[] {
  const found: string[] = [];
  visit(node, { StringValue: ({ value }) => void found.push(...(value.match(/\w+/g) ?? [])) });
  return found;
}

/** Under another name, a directive would not be known. */
function renames(link: ASTNode): boolean {
  let found = false;
  visit(link, {
    ObjectField: ({ name }) => void (found ||= name.value === 'as'),
    Argument: ({ name }) => void (found ||= name.value === 'as'),
  });
  return found;
}

export const isType = (node: DefinitionNode): node is TypeDefinitionNode =>
  /Type(?:Definition|Extension)$/.test(node.kind);

/** Whether no directive is on it, or anywhere in it, that composition would have to look at. */
export const isPlain = (node: DefinitionNode | FieldDefinitionNode): boolean => bearsOnly(node, HANDED_ON);

/** Whether only these directives are on it, or anywhere in it. */
export function bearsOnly(node: DefinitionNode | FieldDefinitionNode, names: ReadonlySet<string>): boolean {
  const known = factsOf(node);
  if (known !== undefined) return isWithin(known.directives, names);
  let only = true;
  visit(node, { Directive: ({ name }) => void (only &&= names.has(name.value)) });
  return only;
}

function isWithin(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  for (const one of some) if (!all.has(one)) return false;
  return true;
}

export function implementsAny(node: TypeDefinitionNode): boolean {
  if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return false;
  return factsOf(node)?.hasInterfaces ?? (node.interfaces ?? []).length > 0;
}
