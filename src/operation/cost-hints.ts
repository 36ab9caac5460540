// `@cost` and `@listSize` of a schema, by coordinate. Read once per schema by the measure of operations.
// https://ibm.github.io/graphql-specs/cost-spec.html, as Apollo and federation use it.
import {
  isTypeDefinitionNode,
  isTypeExtensionNode,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { factsOf } from '../sdl/deferred-node.ts';

export interface CostHint {
  /** `@cost(weight)`; never negative. */
  readonly weight?: number;
  readonly assumedSize?: number;
  readonly slicingArguments?: readonly string[];
  readonly sizedFields?: readonly string[];
}

/** By `Type`, `Type.field` and `Type.field(argument:)`; what has no hint is absent. */
export type CostHints = ReadonlyMap<string, CostHint>;

/** Composition takes these directives out of the public schema: read them from the supergraph. */
export function readCostHints(from: DocumentNode | GraphQLSchema): CostHints {
  const hints = new Map<string, CostHint>();
  const add = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined): void => {
    const hint = toHint(directives ?? []);
    if (hint !== undefined) hints.set(coordinate, { ...hints.get(coordinate), ...hint });
  };
  for (const definition of definitionsOf(from)) {
    if (!isTypeDefinitionNode(definition) && !isTypeExtensionNode(definition)) continue;
    if (!mayHint(definition)) continue;
    const typeName = definition.name.value;
    add(typeName, definition.directives);
    if (!('fields' in definition)) continue;
    for (const field of definition.fields ?? []) {
      if (!mayHint(field)) continue;
      const coordinate = `${typeName}.${field.name.value}`;
      add(coordinate, field.directives);
      if (!('arguments' in field)) continue;
      for (const argument of field.arguments ?? []) add(`${coordinate}(${argument.name.value}:)`, argument.directives);
    }
  }
  return hints;
}

/** What is not read yet need not be read, where it is known to bear no such directive. */
function mayHint(node: object): boolean {
  const known = factsOf(node)?.directives;
  return known === undefined || known.has('cost') || known.has('listSize');
}

function definitionsOf(from: DocumentNode | GraphQLSchema): readonly DefinitionNode[] {
  if ('definitions' in from) return from.definitions;
  return Object.values(from.getTypeMap()).flatMap(({ astNode, extensionASTNodes }) => [
    ...(astNode ? [astNode] : []),
    ...extensionASTNodes,
  ]);
}

function toHint(directives: readonly ConstDirectiveNode[]): CostHint | undefined {
  let hint: CostHint | undefined;
  for (const directive of directives) {
    const argument = (name: string): unknown => {
      const node = directive.arguments?.find((one) => one.name.value === name);
      return node === undefined ? undefined : valueFromASTUntyped(node.value);
    };
    if (directive.name.value === 'cost') hint = { ...hint, ...numeric('weight', argument('weight')) };
    if (directive.name.value !== 'listSize') continue;
    hint = {
      ...hint,
      ...numeric('assumedSize', argument('assumedSize')),
      ...names('slicingArguments', argument('slicingArguments')),
      ...names('sizedFields', argument('sizedFields')),
    };
  }
  return hint;
}

/** The IBM draft writes weights as strings, federation as integers. */
function numeric(key: string, value: unknown): CostHint {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? { [key]: Math.max(0, number) } : {};
}

const names = (key: string, value: unknown): CostHint =>
  Array.isArray(value) ? { [key]: value.filter((name) => typeof name === 'string') } : {};
