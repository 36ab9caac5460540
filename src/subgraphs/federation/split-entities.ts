// Entity fetches of more representations than one call may carry: split into calls, and the answers put together again.
import type { FetchError, FetchResult, Variables } from '../../contract/fetch.ts';
import type { Scope } from '../../contract/scope.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import type { EntityField } from '../remote/entity-fields.ts';
import type { Call } from '../remote/graphql-caller.ts';

/** Representations of one variable, from `start` on. */
interface Slice {
  readonly field: EntityField;
  readonly start: number;
  readonly representations: readonly unknown[];
}

/** A fetch within the limit is passed on as it is. A call that fails takes its own representations with it, no others. */
export function splitEntities(
  source: string,
  call: Call,
  fields: readonly EntityField[],
  maxKeysPerBatch: number,
): Call {
  if (fields.length === 0) return call;
  return async (scope, variables) => {
    const total = fields.reduce((sum, field) => sum + listOf(variables, field).length, 0);
    if (total <= maxKeysPerBatch) return call(scope, variables);
    const batches = split(fields, variables, maxKeysPerBatch);
    const results = await Promise.all(batches.map((batch) => callBatch(call, scope, variables, fields, batch)));
    return join(source, fields, variables, batches, results);
  };
}

const listOf = (variables: Variables, field: EntityField): readonly unknown[] => {
  const list = variables[field.variable];
  return Array.isArray(list) ? list : [];
};

function split(fields: readonly EntityField[], variables: Variables, max: number): Slice[][] {
  const batches: Slice[][] = [];
  let open: Slice[] = [];
  let room = max;
  for (const field of fields) {
    const list = listOf(variables, field);
    for (let start = 0; start < list.length;) {
      const representations = list.slice(start, start + room);
      open.push({ field, start, representations });
      start += representations.length;
      room -= representations.length;
      if (room > 0) continue;
      batches.push(open);
      open = [];
      room = max;
    }
  }
  if (open.length > 0) batches.push(open);
  return batches;
}

/** The document stays the same, so fields without a part in this call get an empty list. */
async function callBatch(
  call: Call,
  scope: Scope,
  variables: Variables,
  fields: readonly EntityField[],
  batch: readonly Slice[],
): Promise<FetchResult> {
  const sent: Record<string, unknown> = { ...variables };
  for (const field of fields) sent[field.variable] = [];
  for (const slice of batch) sent[slice.field.variable] = slice.representations;
  try {
    return await call(scope, sent);
  } catch (thrown) {
    return { data: null, errors: [{ fault: toHubFault(thrown) }] };
  }
}

function join(
  source: string,
  fields: readonly EntityField[],
  variables: Variables,
  batches: readonly (readonly Slice[])[],
  results: readonly FetchResult[],
): FetchResult {
  const data = Object.fromEntries(
    fields.map((field) => [field.responseKey, new Array<unknown>(listOf(variables, field).length).fill(null)]),
  );
  const errors: FetchError[] = [];
  batches.forEach((batch, i) => {
    const result = results[i] ?? {};
    for (const slice of batch) {
      const entities = result.data?.[slice.field.responseKey];
      const fits = Array.isArray(entities) && entities.length === slice.representations.length;
      if (fits) data[slice.field.responseKey]?.splice(slice.start, entities.length, ...(entities as unknown[]));
      const own = errorsOf(result, slice);
      errors.push(...own);
      if (!fits && own.length === 0) errors.push(...everywhere(slice, { fault: wrongCount(source, slice, entities) }));
    }
  });
  return errors.length === 0 ? { data } : { data, errors };
}

/** Errors of one slice, at the places that its representations have in the whole list. */
function errorsOf(result: FetchResult, slice: Slice): FetchError[] {
  return (result.errors ?? []).flatMap((error) => {
    const [key, index, ...rest] = error.path ?? [];
    if (key !== undefined && key !== slice.field.responseKey) return [];
    if (typeof index !== 'number') return everywhere(slice, error);
    return [{ ...error, path: [slice.field.responseKey, slice.start + index, ...rest] }];
  });
}

/** An error of the whole call strikes its own representations, not those of the other calls. */
function everywhere(slice: Slice, error: FetchError): FetchError[] {
  return slice.representations.map((_, i) => ({ ...error, path: [slice.field.responseKey, slice.start + i] }));
}

function wrongCount(source: string, slice: Slice, entities: unknown): HubFault {
  const count = Array.isArray(entities) ? String(entities.length) : 'no';
  const message = `source "${source}" answered ${count} entities for ${slice.representations.length} representations`;
  return new HubFault('HUB_UPSTREAM_MALFORMED', message, { details: { source } });
}
