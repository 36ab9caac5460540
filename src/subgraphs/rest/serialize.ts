// `@serialize` on an argument or a field of a form → how its value is written. Called by the compilation of requests.
import { directiveArgs, type Directed } from '../local/hub-directives.ts';
import { toText } from './to-text.ts';

export type RestStyle = 'json' | 'comma' | 'keyed' | 'space' | 'pipe' | 'tab' | 'deepObject' | 'explode';

export interface Serialization {
  readonly style: RestStyle;
  readonly contentType: string | undefined;
  readonly allowReserved: boolean;
}

export type Pair = readonly [name: string, value: string];

export function readSerialization(node: Directed | null | undefined): Serialization | undefined {
  const args = directiveArgs(node, 'serialize');
  if (args === undefined) return undefined;
  return {
    style: args.style as RestStyle,
    contentType: typeof args.contentType === 'string' ? args.contentType : undefined,
    allowReserved: args.allowReserved === true,
  };
}

const SEPARATORS: Readonly<Partial<Record<RestStyle, string>>> = {
  comma: ',',
  keyed: ',',
  space: ' ',
  pipe: '|',
  tab: '\t',
};

/** Whether a template cannot write it: one parameter that becomes several, or text that stays as it is. */
export function isSpread({ style, allowReserved }: Serialization): boolean {
  return style === 'deepObject' || style === 'explode' || allowReserved;
}

/** One text for the whole value; undefined where there is nothing to write. */
export function serialize(value: unknown, style: RestStyle): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (style === 'json') return JSON.stringify(value, writeExact);
  const separator = SEPARATORS[style] ?? ',';
  if (Array.isArray(value)) return value.filter(isGiven).map(toText).join(separator);
  if (!isRecord(value)) return toText(value);
  return Object.entries(value)
    .filter(([, item]) => isGiven(item))
    .map(([key, item]) => `${key}${style === 'keyed' ? '=' : separator}${toText(item)}`)
    .join(separator);
}

/** Names and values of one parameter that may become several: `deepObject` and `explode`. */
export function serializePairs(name: string, value: unknown, style: RestStyle): Pair[] {
  if (!isGiven(value)) return [];
  if (style === 'deepObject') return deepPairs(name, value);
  if (style === 'explode') {
    if (Array.isArray(value)) return value.filter(isGiven).map((item): Pair => [name, toText(item)]);
    if (!isRecord(value)) return [[name, toText(value)]];
    return Object.entries(value).flatMap(([key, item]) =>
      Array.isArray(item) ? serializePairs(key, item, style) : isGiven(item) ? [[key, toText(item)]] : [],
    );
  }
  const text = serialize(value, style);
  return text === undefined ? [] : [[name, text]];
}

/** `filter[price][min]=1`, `ids[0]=a`. */
export function deepPairs(name: string, value: unknown): Pair[] {
  if (!isGiven(value)) return [];
  const inner = (key: string | number): string => `${name}[${key}]`;
  if (Array.isArray(value)) return value.flatMap((item, index) => deepPairs(inner(index), item));
  if (!isRecord(value)) return [[name, toText(value)]];
  return Object.entries(value).flatMap(([key, item]) => deepPairs(inner(key), item));
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Blob)
  );
}

export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** `JSON.rawJSON` (ES2026 proposal, in every Node this runs on) writes a BigInt with all its digits. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/** A replacer for JSON.stringify. */
export function writeExact(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? rawJSON(String(value)) : value;
}
