// How deep an operation is, how many aliases it uses and what it costs. Called by the limit rule and by admission.
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { CostHint, CostHints } from './cost-hints.ts';

export interface Measure {
  /** Levels of fields; introspection counts for none. */
  readonly depth: number;
  /** Fields under another name, each fragment as often as it is spread. */
  readonly aliases: number;
  /** May be Infinity. */
  readonly cost: number;
  /** Whether the cost hangs on the value of a variable. */
  readonly sizedByVariable: boolean;
}

/** A selection set before it is known how long the lists in it are that their parent may size. */
interface Level {
  depth: number;
  aliases: number;
  fixed: number;
  /** Cost of one item, by the name of the list field. */
  readonly perItem: Map<string, number>;
}

const DEFAULT_SIZE = 10;
const MAX_SIZE = 2 ** 31 - 1;
const SLICING_ARGUMENTS = ['first', 'last', 'limit', 'pageSize', 'top'];
/** Lists that are as long as their parent was asked to be, in Relay's connections. */
const SIZED_FIELDS = ['edges', 'nodes'];

/**
 * Works on documents that were not validated: what the schema does not know costs 1. Takes time in proportion to the
 * document, however its fragments nest; fragments that contain themselves count once.
 *
 * @param variables as the client sent them; without them a variable has its default, or a size that nobody said
 */
export function measureOperation(
  schema: GraphQLSchema,
  hints: CostHints,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables?: Readonly<Record<string, unknown>>,
): Measure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const levels = new Map<string, Level>();
  const sizes = createSizes(operation, variables);

  const ofFragment = (name: string): Level => {
    const known = levels.get(name);
    if (known !== undefined) return known;
    levels.set(name, emptyLevel());
    const fragment = fragments.get(name);
    if (fragment === undefined) return emptyLevel();
    const level = ofSelections(fragment.selectionSet, compositeType(schema, fragment.typeCondition.name.value));
    levels.set(name, level);
    return level;
  };

  const ofSelections = (selectionSet: SelectionSetNode, parent: GraphQLCompositeType | undefined): Level => {
    const level = emptyLevel();
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FIELD) addField(level, selection, parent);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) addLevel(level, ofFragment(selection.name.value));
      else {
        const on = selection.typeCondition?.name.value;
        addLevel(level, ofSelections(selection.selectionSet, on === undefined ? parent : compositeType(schema, on)));
      }
    }
    return level;
  };

  const addField = (level: Level, node: FieldNode, parent: GraphQLCompositeType | undefined): void => {
    const name = node.name.value;
    const field = parent !== undefined && 'getFields' in parent ? parent.getFields()[name] : undefined;
    const returns = field === undefined ? undefined : getNamedType(field.type);
    const inside =
      node.selectionSet === undefined
        ? emptyLevel()
        : ofSelections(node.selectionSet, isCompositeType(returns) ? returns : undefined);
    level.aliases += inside.aliases + (node.alias === undefined || node.alias.value === name ? 0 : 1);
    // Introspection is read from memory, and graphql-js limits how far it nests.
    if (name === '__schema' || name === '__type' || name === '__typename') return;
    level.depth = Math.max(level.depth, inside.depth + 1);
    const hint = parent === undefined ? undefined : hints.get(`${parent.name}.${name}`);
    level.fixed += weightOf(node, parent, field, hints);
    const asked = sizes.asked(node, hint);
    if (field === undefined || !isListType(getNullableType(field.type))) {
      level.fixed += sum(inside, hint?.sizedFields ?? SIZED_FIELDS, asked);
      return;
    }
    const perItem = sum(inside, [], undefined);
    const size = asked ?? hint?.assumedSize;
    if (size === undefined) level.perItem.set(name, (level.perItem.get(name) ?? 0) + perItem);
    else level.fixed += size * perItem;
  };

  const root = schema.getRootType(operation.operation) ?? undefined;
  const level = ofSelections(operation.selectionSet, root);
  return {
    depth: level.depth,
    aliases: level.aliases,
    cost: sum(level, [], undefined),
    sizedByVariable: sizes.usedVariable(),
  };
}

const emptyLevel = (): Level => ({ depth: 0, aliases: 0, fixed: 0, perItem: new Map() });

function addLevel(to: Level, from: Level): void {
  to.depth = Math.max(to.depth, from.depth);
  to.aliases += from.aliases;
  to.fixed += from.fixed;
  for (const [name, cost] of from.perItem) to.perItem.set(name, (to.perItem.get(name) ?? 0) + cost);
}

/** The cost of a level whose lists called `sizedFields` have the size that their parent was asked for. */
function sum(level: Level, sizedFields: readonly string[], size: number | undefined): number {
  let cost = level.fixed;
  for (const [name, perItem] of level.perItem) {
    cost += perItem * (size !== undefined && sizedFields.includes(name) ? size : DEFAULT_SIZE);
  }
  return cost;
}

function weightOf(
  node: FieldNode,
  parent: GraphQLCompositeType | undefined,
  field: GraphQLField<unknown, unknown> | undefined,
  hints: CostHints,
): number {
  if (parent === undefined || field === undefined || hints.size === 0) return 1;
  const coordinate = `${parent.name}.${field.name}`;
  let weight = hints.get(coordinate)?.weight ?? hints.get(getNamedType(field.type).name)?.weight ?? 1;
  for (const { name } of node.arguments ?? []) weight += hints.get(`${coordinate}(${name.value}:)`)?.weight ?? 0;
  return weight;
}

function createSizes(operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>> | undefined) {
  const defaults = new Map<string, ValueNode>();
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    if (defaultValue !== undefined) defaults.set(variable.name.value, defaultValue);
  }
  let usedVariable = false;

  const read = (value: ValueNode | undefined): number | undefined => {
    if (value?.kind === Kind.INT) return toSize(Number(value.value));
    if (value?.kind !== Kind.VARIABLE) return undefined;
    usedVariable = true;
    const name = value.name.value;
    if (variables !== undefined && Object.hasOwn(variables, name)) return toSize(variables[name]);
    const byDefault = defaults.get(name);
    return byDefault?.kind === Kind.INT ? toSize(Number(byDefault.value)) : undefined;
  };

  return {
    usedVariable: () => usedVariable,
    /** The longest that the field's slicing arguments ask for; undefined where they say nothing. */
    asked(node: FieldNode, hint: CostHint | undefined): number | undefined {
      const names = hint?.slicingArguments ?? SLICING_ARGUMENTS;
      let size: number | undefined;
      for (const argument of node.arguments ?? []) {
        if (!names.includes(argument.name.value)) continue;
        const asked = read(argument.value);
        if (asked !== undefined) size = Math.max(size ?? 0, asked);
      }
      return size;
    },
  };
}

/** Zero and less mean "all" to many an upstream: such a size is as good as none. */
function toSize(value: unknown): number | undefined {
  const size = typeof value === 'string' ? Number(value) : value;
  return typeof size === 'number' && size > 0 ? Math.min(size, MAX_SIZE) : undefined;
}

function compositeType(schema: GraphQLSchema, name: string): GraphQLCompositeType | undefined {
  const type = schema.getType(name);
  return isCompositeType(type) ? type : undefined;
}
