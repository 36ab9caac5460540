// Types that one subgraph has whole, and others only by a key of it, as stubs that lead there: such a type is what the one
// subgraph alone says of it, and its fields are found from everywhere. Called by leave-out.ts.
import {
  Kind,
  print,
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
} from 'graphql';
import type { SubgraphSdl } from './compose-supergraph.ts';
import { argumentText, directivesOf } from './join-directives.ts';
import { bearsOnly, implementsAny, isPlain, KEYED } from './read-uses.ts';

export interface Owned {
  readonly node: TypeDefinitionNode;
  readonly subgraph: SubgraphSdl;
}

export interface Stubbed {
  readonly whole: Owned;
  readonly stubs: readonly Owned[];
}

const KEY_TYPES: ReadonlySet<string> = new Set(['ID', 'String', 'Int']);

/** @param owned all definitions of one type, which have to be known to be valid. Undefined where it is no such type. */
export function findStubbed(owned: readonly Owned[]): Stubbed | undefined {
  if (!owned.every(({ node }) => !implementsAny(node) && !isPlain(node) && bearsOnly(node, KEYED))) return undefined;
  const [whole, other] = owned.filter(({ node }) => !isStub(node));
  if (whole === undefined || other !== undefined || whole.node.kind !== Kind.OBJECT_TYPE_DEFINITION) return undefined;
  const keys = readKeys(whole.node);
  if (keys.length === 0 || keys.some(({ fields }) => fields === undefined)) return undefined;
  const enters = new Set(keys.flatMap(({ resolvable, text }) => (resolvable ? [text] : [])));
  const types = new Map(keys.flatMap(({ fields = [] }) => fields.map(({ name, type }) => [name.value, print(type)])));
  const stubs = owned.filter((one) => one !== whole);
  const fits = stubs.every(({ node }) => {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return false;
    const [key] = readKeys(node);
    const same = key?.fields?.every((field) => types.get(field.name.value) === print(field.type));
    return same === true && enters.has(key?.text ?? '');
  });
  return fits ? { whole, stubs } : undefined;
}

/** It says its key and nothing else, and is no way to look it up. */
function isStub(node: TypeDefinitionNode): boolean {
  if (node.kind !== Kind.OBJECT_TYPE_DEFINITION || node.description !== undefined) return false;
  const [key, other] = readKeys(node);
  if (key?.fields === undefined || other !== undefined || key.resolvable || node.directives?.length !== 1) return false;
  const bare = (field: FieldDefinitionNode): boolean =>
    field.description === undefined && (field.directives ?? []).length === 0;
  return node.fields?.length === key.fields.length && node.fields.every(bare);
}

interface Key {
  readonly text: string;
  readonly resolvable: boolean;
  /** Undefined where it is anything but plain values of the type itself. */
  readonly fields: readonly FieldDefinitionNode[] | undefined;
}

const readKeys = (node: ObjectTypeDefinitionNode): readonly Key[] =>
  directivesOf(node, 'key').map((directive: ConstDirectiveNode) => {
    const text = argumentText(directive, 'fields') ?? '';
    const named = text.split(' ').flatMap((name) => node.fields?.find((field) => field.name.value === name) ?? []);
    const plain = named.map(({ name }) => name.value).join(' ') === text && named.every(isPlainValue);
    return { text, resolvable: argumentText(directive, 'resolvable') !== 'false', fields: plain ? named : undefined };
  });

function isPlainValue({ type, arguments: taken = [] }: FieldDefinitionNode): boolean {
  const inner = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  return taken.length === 0 && inner.kind === Kind.NAMED_TYPE && KEY_TYPES.has(inner.name.value);
}
