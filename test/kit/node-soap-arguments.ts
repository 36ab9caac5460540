// JSON arguments as node-soap takes them in; variables for the field that a WSDL operation became, out. For the samples of
// node-soap.
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

export type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

export interface InputSlot {
  readonly name: string;
  readonly raw: string;
  readonly type: GraphQLInputType;
}

export function toFields(
  slots: readonly InputSlot[],
  value: Record<string, Json>,
  schema: GraphQLSchema,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const put = (raw: string, inner: Json): void => {
    const found =
      slots.find((slot) => slot.raw === raw) ?? slots.find((slot) => slot.raw.toLowerCase() === raw.toLowerCase());
    if (found === undefined)
      throw new Error(`no argument for ${raw}; there are ${slots.map((slot) => slot.raw).join(', ')}`);
    result[found.name] = toInput(found.type, inner, schema);
  };
  const xsiType = typeOf(value);
  if (xsiType !== undefined) {
    const derived = slots.find(({ raw }) => raw.startsWith('$as:') && raw.endsWith(`}${xsiType}`));
    const { attributes, $attributes, ...rest } = value;
    const own = Object.fromEntries(
      Object.entries((attributes ?? $attributes) as Record<string, Json>).filter(([key]) => !/^xsi[_:]type$/.test(key)),
    );
    if (derived !== undefined) return { [derived.name]: toInput(derived.type, { ...rest, attributes: own }, schema) };
    value = { ...rest, attributes: own };
  }
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'attributes' || key === '$attributes') {
      for (const [name, text] of Object.entries(inner as Record<string, Json>)) put(`@${name}`, text);
    } else put(key === '_' ? '$value' : (key.split(':').at(-1) ?? key).replaceAll('.', '_'), inner);
  }
  return result;
}

function typeOf(value: Record<string, Json>): string | undefined {
  const attributes = (value.attributes ?? value.$attributes) as Record<string, Json> | undefined;
  const named = attributes?.xsi_type ?? attributes?.['xsi:type'];
  if (named === undefined) return undefined;
  return typeof named === 'string' ? named.split(':').at(-1) : text((named as Record<string, Json>).type ?? null);
}

function toInput(type: GraphQLInputType, value: Json, schema: GraphQLSchema): unknown {
  const bare = getNullableType(type);
  if (value === null) return null;
  if (isListType(bare)) {
    const itemType = bare.ofType;
    const item = getNamedType(itemType);
    return toItems(value, item).map((one) => toInput(itemType, one, schema));
  }
  if (isInputObjectType(bare)) {
    const slots = Object.values(bare.getFields()).map((one) => ({
      name: one.name,
      raw: rawNameOf(one),
      type: one.type,
    }));
    return toFields(slots, isObject(value) ? value : { $value: value }, schema);
  }
  if (isEnumType(bare)) {
    const found = bare.getValues().find((one) => rawNameOf(one) === value);
    if (found === undefined) throw new Error(`${text(value)} is no ${bare.name}`);
    return found.name;
  }
  if (bare.name === 'JSON') return toAnyXml(value);
  if (bare.name === 'Boolean') return value === true || value === 'true' || value === 1;
  if (bare.name === 'Int' || bare.name === 'Float') return Number(value);
  const plain = isObject(value) ? (value.$value ?? value._ ?? '') : value;
  return bare.name === 'String' || bare.name === 'ID' ? text(plain) : text(plain);
}

/** A type that is nothing but an array is the array itself: what wraps the items falls away. */
function toItems(value: Json, item: GraphQLNamedType): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap((one: Json) => toItems(one, item));
  if (!isObject(value)) return [value];
  const names = isInputObjectType(item) ? Object.values(item.getFields()).map(rawNameOf) : [];
  const keys = Object.keys(value).filter((key) => key !== 'attributes' && key !== '$attributes');
  const [only] = keys;
  if (keys.length === 0 && !isInputObjectType(item)) return [];
  if (
    keys.length === 1 &&
    only !== undefined &&
    !names.includes(only.split(':').at(-1) ?? '') &&
    typeOf(value) === undefined
  )
    return toItems(value[only] ?? null, item);
  return [value];
}

/** The form that JSON arguments for any XML have. */
function toAnyXml(value: Json): unknown {
  if (Array.isArray(value)) return (value as readonly Json[]).map(toAnyXml);
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'attributes' || key === '$attributes')
      for (const [name, one] of Object.entries(inner as Record<string, Json>)) result[`@${name}`] = one;
    else result[key.split(':').at(-1) ?? key] = toAnyXml(inner);
  }
  return result;
}

export function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Described {
  readonly name: string;
  readonly astNode?: { readonly directives?: readonly unknown[] } | null | undefined;
}

export function directiveValue(
  of: Described | GraphQLField<unknown, unknown>,
  directive: string,
  argument: string,
): string | undefined {
  const directives = (
    of.astNode as
      | {
          directives?: readonly {
            name: { value: string };
            arguments?: readonly { name: { value: string }; value: { value?: string } }[];
          }[];
        }
      | undefined
  )?.directives;
  return directives
    ?.find(({ name }) => name.value === directive)
    ?.arguments?.find(({ name }) => name.value === argument)?.value.value;
}

export function rawNameOf(of: unknown): string {
  return directiveValue(of as Described, 'map', 'name') ?? (of as Described).name;
}
