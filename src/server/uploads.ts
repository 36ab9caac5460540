// File uploads (GraphQL multipart request specification): a form of operation, map and files becomes the operation with the
// files among its variables. They go on to the source whose operation takes them.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ServerSettings } from '../config/server-settings.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { flattenHeaders, type Authenticate } from './request-context.ts';

type UploadSettings = Exclude<ServerSettings['uploads'], false>;

export interface UploadOptions {
  readonly settings: UploadSettings;
  readonly maxBodyBytes: number;
  readonly authenticate: Authenticate;
}

/** Name of each file part → where its file belongs, `variables.input.files.0`. */
const mapSchema = z.record(z.string(), z.array(z.string()).min(1));

/**
 * Forms are read for all routes; what they hold is checked as any other request. The whole form is in memory: as large as
 * the body that is allowed without files, and the files that are allowed; so nothing is read of a caller without a valid
 * credential.
 */
export function registerUploads(server: FastifyInstance, options: UploadOptions): void {
  const { settings, maxBodyBytes, authenticate } = options;
  const bodyLimit = maxBodyBytes + settings.maxFiles * settings.maxFileBytes;
  server.addHook('onRequest', async ({ headers }) => {
    if (/^multipart\/form-data\b/i.test(headers['content-type'] ?? '')) {
      await authenticate({ headers: flattenHeaders(headers) });
    }
  });
  server.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit },
    async ({ headers }: FastifyRequest, body: Buffer) =>
      readForm(await parseForm(body as Buffer<ArrayBuffer>, headers['content-type'] ?? ''), settings, maxBodyBytes),
  );
}

async function parseForm(body: Buffer<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(body, { headers: { 'content-type': contentType } }).formData();
  } catch (thrown) {
    throw malformed('the body is not multipart/form-data as its content-type says', thrown);
  }
}

function readForm(form: FormData, settings: UploadSettings, maxBodyBytes: number): unknown {
  const operation = readJson(form, 'operations', maxBodyBytes);
  if (typeof operation !== 'object' || operation === null || Array.isArray(operation)) {
    throw malformed('the part `operations` must be one operation, as JSON');
  }
  const map = mapSchema.safeParse(readJson(form, 'map', maxBodyBytes));
  if (!map.success) throw malformed('the part `map` must say, as JSON, where the file of each part belongs');
  const files = [...form].filter(([name]) => name !== 'operations' && name !== 'map');
  if (files.length > settings.maxFiles) {
    throw new HubFault('HUB_REQUEST_TOO_LARGE', `a request may carry ${settings.maxFiles} files`);
  }
  const unplaced = new Set(Object.keys(map.data));
  for (const [name, file] of files) {
    if (typeof file === 'string' || !unplaced.delete(name)) {
      throw malformed(`the part ${JSON.stringify(name)} must be a file that \`map\` has a place for`);
    }
    if (file.size > settings.maxFileBytes) {
      throw new HubFault('HUB_REQUEST_TOO_LARGE', `a file may have ${settings.maxFileBytes} bytes`);
    }
    for (const path of map.data[name] ?? []) place(operation, path, file);
  }
  const [missing] = unplaced;
  if (missing !== undefined) throw malformed(`there is no part with the file ${JSON.stringify(missing)}`);
  return operation;
}

function readJson(form: FormData, name: string, maxBytes: number): unknown {
  const text = form.get(name);
  if (typeof text !== 'string') throw malformed(`the form must have a part \`${name}\``);
  if (Buffer.byteLength(text) > maxBytes) {
    throw new HubFault('HUB_REQUEST_TOO_LARGE', `the part \`${name}\` may have ${maxBytes} bytes`);
  }
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw malformed(`the part \`${name}\` must be JSON`, thrown);
  }
}

/** Only what is there, and null, is replaced: a path can reach nothing that the caller did not write. */
function place(operation: object, path: string, file: File): void {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let holder: unknown = operation;
  for (const step of steps) holder = isObject(holder) && Object.hasOwn(holder, step) ? holder[step] : undefined;
  if (steps[0] !== 'variables' || !isObject(holder) || !Object.hasOwn(holder, last) || holder[last] !== null) {
    throw malformed(`${JSON.stringify(path)} in \`map\` must be the path of a variable that is null`);
  }
  holder[last] = file;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const malformed = (message: string, cause?: unknown): HubFault =>
  new HubFault('HUB_REQUEST_MALFORMED', message, cause === undefined ? {} : { cause });
