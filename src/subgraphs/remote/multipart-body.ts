// An operation whose variables hold files, as GraphQL servers take it: the multipart request specification. Asked by the
// GraphQL caller for the requests that came with files.
import type { Variables } from '../../contract/fetch.ts';
import type { Scope } from '../../contract/scope.ts';

export interface MultipartBody {
  /** With the boundary. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Whether there may be files among the variables: they come in forms alone. */
export const mayHoldFiles = ({ headers }: Scope): boolean =>
  headers['content-type']?.toLowerCase().startsWith('multipart/form-data') === true;

/**
 * Undefined where there is no file among the variables.
 *
 * @param head the JSON of the request up to the value of `variables`, which is its last key
 */
export async function createMultipartBody(head: string, variables: Variables): Promise<MultipartBody | undefined> {
  const places = new Map<File, string[]>();
  const withoutFiles = extract(variables, 'variables', places);
  if (places.size === 0) return undefined;
  const files = [...places];
  const form = new FormData();
  form.set('operations', `${head}${JSON.stringify(withoutFiles)}}`);
  form.set('map', JSON.stringify(Object.fromEntries(files.map(([, paths], i) => [i, paths]))));
  files.forEach(([file], i) => form.set(String(i), file, file.name));
  const encoded = new Response(form);
  return {
    contentType: encoded.headers.get('content-type') ?? 'multipart/form-data',
    bytes: new Uint8Array(await encoded.arrayBuffer()),
  };
}

/** A copy with null in the place of every file. */
function extract(value: unknown, path: string, places: Map<File, string[]>): unknown {
  if (value instanceof File) {
    places.set(value, [...(places.get(value) ?? []), path]);
    return null;
  }
  if (Array.isArray(value)) return value.map((item, i) => extract(item, `${path}.${i}`, places));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, extract(inner, `${path}.${name}`, places)]),
  );
}
