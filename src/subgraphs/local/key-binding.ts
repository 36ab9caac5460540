// Which arguments of a lookup carry which key of its entity: by name, or because there is only one way.
import {
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLArgument,
} from 'graphql';
import { upstreamName } from './hub-directives.ts';

/** Keys are compared as text: an upstream may say 42 where GraphQL says "42". */
export const identityOf = (key: readonly unknown[]): string =>
  key.length === 1 ? toText(key[0]) : JSON.stringify(key.map(toText));

/** Never throws: a wrong key may be an object, and one with a "toString" of its own has no other text. */
function toText(value: unknown): string {
  const plain: unknown = typeof value === 'object' ? JSON.stringify(value) : value;
  return String(plain);
}

export interface Binding {
  /** GraphQL names of the key fields, in the order of key values. */
  readonly keyFields: readonly string[];
  /** GraphQL names of the arguments that carry the key. */
  readonly keyArguments: readonly string[];
  /** Values of those arguments under their upstream names; of one key, or for a list argument of all of them. */
  readonly toArguments: (keys: readonly (readonly unknown[])[]) => Record<string, unknown>;
}

/** The arguments of a one-key lookup; undefined where they are no key. Of several keys, one that they name comes first. */
export function bindSingle(
  args: readonly GraphQLArgument[],
  keys: readonly (readonly string[])[],
): Binding | undefined {
  const isNamed = (key: readonly string[]) => key.every((name) => args.some((argument) => argument.name === name));
  const required = args.filter((argument) => isNonNullType(argument.type) && argument.defaultValue === undefined);
  for (const keyFields of preferring(isNamed, keys)) {
    const named = keyFields.map((name) => args.find((argument) => argument.name === name));
    const only = required.length === 1 ? required[0] : args.length === 1 ? args[0] : undefined;
    const bound = named.every((argument) => argument !== undefined)
      ? named
      : keyFields.length === 1 && only !== undefined
        ? [only]
        : undefined;
    if (bound === undefined || !required.every((argument) => bound.includes(argument))) continue;
    const sent = bound.map((argument) => upstreamName(argument.astNode, argument.name));
    return {
      keyFields,
      keyArguments: bound.map((argument) => argument.name),
      toArguments: ([key]) => Object.fromEntries(sent.map((name, i) => [name, key?.[i]])),
    };
  }
  return undefined;
}

/** The list argument of a lookup for many keys. Of several keys, one that it names comes first. */
export function bindBatch(args: readonly GraphQLArgument[], keys: readonly (readonly string[])[]): Binding | undefined {
  const lists = args.filter((argument) => isListType(getNullableType(argument.type)));
  const required = args.filter((argument) => isNonNullType(argument.type) && argument.defaultValue === undefined);
  const isNamed = (key: readonly string[]) => lists.some((argument) => isPluralOf(argument.name, key));
  for (const keyFields of preferring(isNamed, keys)) {
    const argument =
      lists.find((one) => isPluralOf(one.name, keyFields)) ?? (lists.length === 1 ? lists[0] : undefined);
    if (argument === undefined || required.some((one) => one !== argument)) continue;
    const sent = upstreamName(argument.astNode, argument.name);
    const item = getNamedType(argument.type);
    if (!isInputObjectType(item)) {
      if (keyFields.length !== 1) continue;
      return {
        keyFields,
        keyArguments: [argument.name],
        toArguments: (all) => ({ [sent]: all.map(([value]) => value) }),
      };
    }
    const fields = keyFields.map((name) => item.getFields()[name]);
    if (fields.includes(undefined)) continue;
    const names = keyFields.map((name, i) => upstreamName(fields[i]?.astNode, name));
    return {
      keyFields,
      keyArguments: [argument.name],
      toArguments: (all) => ({ [sent]: all.map((key) => Object.fromEntries(names.map((name, i) => [name, key[i]]))) }),
    };
  }
  return undefined;
}

function preferring<T>(preferred: (item: T) => boolean, items: readonly T[]): readonly T[] {
  return [...items.filter(preferred), ...items.filter((item) => !preferred(item))];
}

function isPluralOf(argument: string, keyFields: readonly string[]): boolean {
  const [key] = keyFields;
  if (key === undefined || keyFields.length > 1) return false;
  const name = argument.toLowerCase();
  return [key, `${key}s`, `${key}list`].some((plural) => name.endsWith(plural.toLowerCase()));
}
