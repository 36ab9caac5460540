// Selections of a planned fetch on their way to the server, and what its answers to them become on their way back.
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInterfaceType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLObjectType,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { upstreamName } from '../local/hub-directives.ts';
import { deriveStub, sourceAlias } from './derived-stubs.ts';
import { eachRecord, type Convert } from './reading.ts';
import type { Derivation, RemoteModel } from './remote-model.ts';
import { isRenamed, translateValue } from './translate-inputs.ts';

/** What a type selects under one response key. */
export interface Selected {
  readonly name: string;
  readonly sets: readonly SelectionSetNode[];
}

export interface Selections {
  /** The selection as upstream reads it; never empty. */
  translate(set: SelectionSetNode, type: GraphQLCompositeType): SelectionSetNode;
  /** Undefined where the answer is right as it comes. */
  converter(sets: readonly SelectionSetNode[], type: GraphQLCompositeType): Convert | undefined;
  /** By response key, for one object type. */
  collect(sets: readonly SelectionSetNode[], type: GraphQLObjectType): ReadonlyMap<string, Selected>;
}

/** Aliases of the hub's own: what it asks for beside what was planned. They stay in the answer, where nobody reads them. */
const TYPE_ALIAS = '_hub_type';
export const keyAlias = (name: string): string => `_hub_key_${name}`;

export function createSelections(
  model: RemoteModel,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Selections {
  const { schema } = model;

  const applies = (condition: string | undefined, type: GraphQLObjectType): boolean => {
    if (condition === undefined || condition === type.name) return true;
    const conditional = schema.getType(condition);
    return isAbstractType(conditional) && schema.isSubType(conditional, type);
  };

  const fragmentOf = (selection: Exclude<SelectionNode, FieldNode>): InlineFragmentNode | undefined => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
    const fragment = fragments.get(selection.name.value);
    if (fragment === undefined) return undefined;
    const { typeCondition, selectionSet } = fragment;
    return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet, directives: selection.directives ?? [] };
  };

  const translate = (set: SelectionSetNode, type: GraphQLCompositeType): SelectionSetNode => {
    const selections = set.selections.flatMap((one) => translateSelection(one, type));
    const needsType = selections.length === 0 || (isAbstractType(type) && model.translates);
    return {
      kind: Kind.SELECTION_SET,
      selections: needsType ? [...selections, field('__typename', TYPE_ALIAS)] : selections,
    };
  };

  const translateSelection = (selection: SelectionNode, type: GraphQLCompositeType): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return translateField(selection, type);
    const fragment = fragmentOf(selection);
    const condition = fragment?.typeCondition?.name.value;
    if (fragment === undefined || (isObjectType(type) && !applies(condition, type))) return [];
    const narrowed = condition === undefined ? type : schema.getType(condition);
    const inner = isObjectType(type) || !isCompositeType(narrowed) ? type : narrowed;
    const selections = fragment.selectionSet.selections.flatMap((one) => translateSelection(one, inner));
    if (selections.length === 0) return [];
    return [
      {
        kind: Kind.INLINE_FRAGMENT,
        directives: fragment.directives ?? [],
        selectionSet: { kind: Kind.SELECTION_SET, selections },
        // Inside of an object type the condition is known to hold, and may name a type that only the hub has.
        ...(inner === type
          ? {}
          : { typeCondition: { kind: Kind.NAMED_TYPE, name: nameNode(model.upstreamType(inner.name)) } }),
      },
    ];
  };

  const translateField = (node: FieldNode, type: GraphQLCompositeType): SelectionNode[] => {
    const definition = fieldOf(type, node.name.value);
    if (definition === undefined) return [node];
    const derivation = model.derivation(type, definition.name);
    if (derivation !== undefined) return sourcesOf(derivation, type, node);
    if (model.isExternal(type, definition.name) && !isKeyField(model, type.name, definition.name)) return [];
    const named = getNamedType(definition.type);
    const name = upstreamName(definition.astNode, definition.name);
    return [
      {
        ...node,
        name: nameNode(name),
        ...(node.alias === undefined && name !== definition.name ? { alias: nameNode(definition.name) } : {}),
        arguments: (node.arguments ?? []).map((argument) => {
          const one = definition.args.find((known) => known.name === argument.name.value);
          if (one === undefined) return argument;
          const sent = nameNode(upstreamName(one.astNode, one.name));
          return { ...argument, name: sent, value: translateValue(argument.value, one.type) };
        }),
        ...(node.selectionSet !== undefined && isCompositeType(named)
          ? { selectionSet: translate(node.selectionSet, named) }
          : {}),
      },
    ];
  };

  /** A derived field is no field upstream: what it is made from is asked for instead, under the same conditions. */
  const sourcesOf = (derivation: Derivation, type: GraphQLCompositeType, node: FieldNode): SelectionNode[] =>
    derivation.keys.flatMap((key, i) => {
      const [root = '', ...rest] = derivation.sources[i] ?? [];
      const [first = '', ...names] = key.from;
      if (model.isExternal(type, root) && rest.length === 0) return [];
      return [{ ...nested([first, ...names], sourceAlias(type.name, root)), directives: node.directives ?? [] }];
    });

  const collect = (sets: readonly SelectionSetNode[], type: GraphQLObjectType): ReadonlyMap<string, Selected> => {
    const fields = new Map<string, { name: string; sets: SelectionSetNode[] }>();
    const visit = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (selection.kind !== Kind.FIELD) {
          const fragment = fragmentOf(selection);
          if (fragment !== undefined && applies(fragment.typeCondition?.name.value, type)) visit(fragment.selectionSet);
          continue;
        }
        const key = (selection.alias ?? selection.name).value;
        const known = fields.get(key) ?? { name: selection.name.value, sets: [] };
        fields.set(key, known);
        if (selection.selectionSet !== undefined) known.sets.push(selection.selectionSet);
      }
    };
    sets.forEach(visit);
    return fields;
  };

  const identity = createSetIdentity();
  const compiled = new Map<string, Convert | undefined>();

  const converter = (sets: readonly SelectionSetNode[], type: GraphQLCompositeType): Convert | undefined => {
    if (!model.translates) return undefined;
    const key = `${type.name} ${identity(sets)}`;
    if (compiled.has(key)) return compiled.get(key);
    const made = isObjectType(type) ? compileObject(sets, type) : compileAbstract(sets, type);
    compiled.set(key, made);
    return made;
  };

  const compileAbstract = (sets: readonly SelectionSetNode[], type: GraphQLCompositeType): Convert | undefined => {
    if (!isAbstractType(type)) return undefined;
    const byType = new Map<string, Convert>();
    for (const possible of schema.getPossibleTypes(type)) {
      const convert = converter(sets, possible);
      if (convert !== undefined) byType.set(possible.name, convert);
    }
    if (byType.size === 0) return undefined;
    return (record, reading) => byType.get(model.hubType(String(record[TYPE_ALIAS])))?.(record, reading);
  };

  const compileObject = (sets: readonly SelectionSetNode[], type: GraphQLObjectType): Convert | undefined => {
    const steps: Convert[] = [];
    for (const [key, selected] of collect(sets, type)) {
      const step = compileField(key, selected, type);
      if (step !== undefined) steps.push(step);
    }
    if (steps.length === 0) return undefined;
    return (record, reading) => {
      for (const step of steps) step(record, reading);
    };
  };

  const compileField = (key: string, { name, sets }: Selected, type: GraphQLObjectType): Convert | undefined => {
    if (name === '__typename') {
      if (model.upstreamType(type.name) === type.name) return undefined;
      return (record) => {
        if (key in record) record[key] = type.name;
      };
    }
    const definition = type.getFields()[name];
    if (definition === undefined) return undefined;
    const derivation = model.derivation(type, name);
    if (derivation !== undefined) return deriveStub(key, derivation, type, sets);
    const named = getNamedType(definition.type);
    if (isEnumType(named)) {
      if (!isRenamed(named)) return undefined;
      const toHub = enumReader(named);
      return (record) => {
        if (key in record) record[key] = toHub(record[key]);
      };
    }
    const convert = isCompositeType(named) ? converter(sets, named) : undefined;
    return convert && ((record, reading) => eachRecord(record[key], key, convert, reading));
  };

  return { translate, converter, collect };
}

function enumReader(type: GraphQLEnumType): (value: unknown) => unknown {
  const names = new Map(type.getValues().map((value) => [value.value as unknown, value.name]));
  const read = (value: unknown): unknown => (Array.isArray(value) ? value.map(read) : (names.get(value) ?? value));
  return read;
}

/** The same list of selection sets gives the same text. */
function createSetIdentity(): (sets: readonly SelectionSetNode[]) => string {
  const ids = new Map<SelectionSetNode, number>();
  return (sets) =>
    sets
      .map((set) => {
        const id = ids.get(set) ?? ids.size;
        ids.set(set, id);
        return id;
      })
      .join(',');
}

function isKeyField(model: RemoteModel, type: string, field: string): boolean {
  return (model.lookups.get(type) ?? []).some((lookup) => lookup.keyFields.includes(field));
}

function fieldOf(type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

const nameNode = (value: string) => ({ kind: Kind.NAME, value }) as const;

export function field(name: string, alias: string): FieldNode {
  return { kind: Kind.FIELD, name: nameNode(name), ...(name === alias ? {} : { alias: nameNode(alias) }) };
}

/** `alias: a { b { c } }` for the path a, b, c. */
function nested([name = '', ...rest]: readonly string[], alias: string = name): FieldNode {
  const node = field(name, alias);
  if (rest.length === 0) return node;
  return { ...node, selectionSet: { kind: Kind.SELECTION_SET, selections: [nested(rest)] } };
}
