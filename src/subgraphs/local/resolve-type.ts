// Which object type a raw record of a union or interface is.
import {
  getNamedType,
  getNullableType,
  isListType,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { directiveArgs, upstreamName } from './hub-directives.ts';
import { upstreamShape } from './upstream-shapes.ts';

/** Types of records that were loaded as a known entity; raw records do not say what they are. */
export type KnownTypes = WeakMap<object, string>;

/** In this order: what it was loaded as, `@discriminator`, its own `__typename`, the type whose fields it has. */
export function compileTypeResolver(
  type: GraphQLAbstractType,
  schema: GraphQLSchema,
  known: KnownTypes,
): (value: unknown) => string | undefined {
  const possible = schema.getPossibleTypes(type);
  const names = new Set(possible.map((one) => one.name));
  const discriminator = directiveArgs(type.astNode, 'discriminator');
  const discriminate = compileDiscriminator(discriminator);
  const ofValue = compileValueResolver(possible);
  return (value) => {
    const plain = ofValue?.(value);
    if (plain !== undefined) return plain;
    if (typeof value !== 'object' || value === null) return undefined;
    const candidates = [
      known.get(value),
      discriminate?.(value),
      Reflect.get(value, '__typename'),
      discriminator?.otherwise,
    ];
    const named = candidates.find((name): name is string => typeof name === 'string' && names.has(name));
    return named ?? bestFit(value, possible);
  };
}

/** Members that are no objects upstream: texts, numbers, lists. Undefined where there are none. */
function compileValueResolver(
  possible: readonly GraphQLObjectType[],
): ((value: unknown) => string | undefined) | undefined {
  const boxes = possible.flatMap((type) => {
    const shape = upstreamShape(type);
    if (shape === 'tuple') return [{ name: type.name, fits: (value: unknown) => Array.isArray(value) }];
    const [only] = Object.values(type.getFields());
    return shape === 'value' && only !== undefined ? [{ name: type.name, fits: fitOf(only.type) }] : [];
  });
  if (boxes.length === 0) return undefined;
  return (value) =>
    boxes.find(({ fits }) => fits(value, true))?.name ?? boxes.find(({ fits }) => fits(value, false))?.name;
}

/** Whether a raw value is of that type; not strictly, whether it can be read as one. */
function fitOf(type: GraphQLOutputType): (value: unknown, strictly: boolean) => boolean {
  const nullable = getNullableType(type);
  const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (upstreamShape(getNamedType(type)) === 'entries') return isRecord;
  if (isListType(nullable)) return (value) => Array.isArray(value);
  switch (nullable.toString()) {
    case 'Int':
      return (value) => Number.isSafeInteger(value);
    case 'Float':
    case 'Long':
      return (value, strictly) =>
        typeof value === 'number' || (!strictly && typeof value === 'string' && /^-?\d+$/.test(value));
    case 'Boolean':
      return (value) => typeof value === 'boolean';
    case 'JSON':
      return (_value, strictly) => !strictly;
    default:
      return (value, strictly) => typeof value === 'string' || (!strictly && typeof value === 'number');
  }
}

function compileDiscriminator(
  args: Record<string, unknown> | undefined,
): ((value: object) => string | undefined) | undefined {
  const property = args?.property;
  if (typeof property !== 'string') return undefined;
  const entries = Array.isArray(args?.mapping) ? args.mapping.map(String) : [];
  const mapping = new Map(
    entries.map((entry): [string, string] => {
      const cut = entry.lastIndexOf('=');
      return [entry.slice(0, cut), entry.slice(cut + 1)];
    }),
  );
  return (value) => {
    const tag: unknown = Object.hasOwn(value, property) ? Reflect.get(value, property) : undefined;
    return ['string', 'number', 'boolean'].includes(typeof tag) ? (mapping.get(String(tag)) ?? String(tag)) : undefined;
  };
}

/** The type that shares most properties with the record, and lacks fewest; the first of equals. */
function bestFit(value: object, possible: readonly GraphQLObjectType[]): string | undefined {
  let best: { name: string; score: number } | undefined;
  for (const type of possible) {
    const fields = Object.values(type.getFields()).map((field) => upstreamName(field.astNode, field.name));
    const present = fields.filter((name) => Object.hasOwn(value, name)).length;
    const score = present * 2 - (fields.length - present);
    if (best === undefined || score > best.score) best = { name: type.name, score };
  }
  return best?.name;
}
