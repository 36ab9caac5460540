// The body of a call: a value under upstream names → text and its content type.
import { toText } from './uri-template.ts';

export type BodyEncoding = 'json' | 'form' | 'text';

export interface EncodedBody {
  readonly contentType: string;
  readonly text: string;
}

export function encodeBody(value: unknown, encoding: BodyEncoding): EncodedBody {
  switch (encoding) {
    case 'json':
      return { contentType: 'application/json', text: JSON.stringify(value, exactIntegers) };
    case 'form':
      return { contentType: 'application/x-www-form-urlencoded', text: toForm(value) };
    case 'text':
      return { contentType: 'text/plain; charset=utf-8', text: toText(value) };
  }
}

/** `JSON.rawJSON` (ES2026 proposal, in every Node this runs on) writes a BigInt with all its digits. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

function exactIntegers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? rawJSON(String(value)) : value;
}

/** Lists repeat their name; nested objects are written `address[city]=…`, as form APIs that nest at all expect it. */
function toForm(value: unknown): string {
  const form = new URLSearchParams();
  const add = (name: string, item: unknown): void => {
    if (item === undefined || item === null) return;
    if (Array.isArray(item)) {
      item.forEach((one, index) => add(isRecord(one) ? `${name}[${index}]` : name, one));
    } else if (isRecord(item)) {
      for (const [key, one] of Object.entries(item)) add(name === '' ? key : `${name}[${key}]`, one);
    } else {
      form.append(name, toText(item));
    }
  };
  add('', value);
  return form.toString();
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
