// The `ai` entry of manifold.yaml: routes of models, and how each provider is reached. Parsed by config/, read by index.ts.
import { z } from 'zod';
import { sourceShape } from '../../config/source-settings.ts';

/** The built-in provider: no key, no network. Its name cannot be given to another. */
const LOCAL_PROVIDER = 'local';
/** What the built-in provider's one model is called in routes, answers and usage. */
export const LOCAL_MODEL = `${LOCAL_PROVIDER}/extractive`;

export const PROVIDER_TYPES = ['openai', 'anthropic', 'google', 'openai-compatible'] as const;
export type ProviderType = (typeof PROVIDER_TYPES)[number];

/** Providers whose name says their type, so that a key is all they need. */
const KNOWN_PROVIDERS: ReadonlyMap<string, ProviderType> = new Map([
  ['openai', 'openai'],
  ['anthropic', 'anthropic'],
  ['google', 'google'],
]);

const providerSchema = z.strictObject({
  type: z.enum(PROVIDER_TYPES).optional().describe('What it speaks. By default its name, where that is a known one.'),
  apiKey: z
    .string()
    .optional()
    .describe('Key of the provider, "${OPENAI_API_KEY:-}". While it is empty, routes skip the provider.'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of the API, /v1 included where it has that.'),
  headers: z.record(z.string(), z.string()).optional().describe('Further headers of every call.'),
  /** Whether the API takes a JSON Schema for its answer. Where it does not, the schema is part of the prompt. */
  structuredOutputs: z.boolean().default(true),
});
export type ProviderSettings = z.infer<typeof providerSchema>;

const modelName = z
  .string()
  .regex(/^[^/\s]+\/\S+$/, 'is not a model: write it as provider/model, for example openai/gpt-5-mini');

const typePrefix = z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, 'is not a prefix: use letters and digits');

const shape = z.strictObject({
  ...sourceShape,
  kind: z.literal('ai'),
  routes: z
    .record(z.string().min(1), z.array(modelName).min(1))
    .refine((routes) => Object.keys(routes).length > 0, 'needs at least one route')
    .describe('Route name → models, tried in order until one answers. The first route is the default.'),
  providers: z.record(z.string().min(1), providerSchema).default({}),
  /** Most items in one model call. A batch shares the output limit of the model, so it is smaller than elsewhere. */
  maxKeysPerBatch: z.number().int().positive().default(20),
  /** For a whole call: model APIs answer slowly. */
  timeoutMs: z.number().int().positive().default(30_000),
  maxOutputTokens: z.number().int().positive().optional(),
  /** Most characters of one item's data that go to a model; what is over is cut. */
  maxInputChars: z.number().int().positive().default(12_000),
  rootFields: z
    .union([z.boolean(), z.strictObject({ prefix: typePrefix })])
    .default(true)
    .describe('Query fields generate, summarize, classify and embed; a prefix "ai" makes them aiGenerate and so on.'),
});

export const aiSettingsSchema = shape.superRefine((settings, context) => {
  const refuse = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  // The shared shape has these; here they would be silently without effect.
  if (settings.url !== undefined) refuse(['url'], 'an ai source has no url of its own: set providers.<name>.baseUrl');
  if (Object.keys(settings.auth).length > 0) {
    refuse(['auth'], 'an ai source has no auth of its own: set providers.<name>.apiKey or headers');
  }
  if (settings.cache !== undefined) refuse(['cache'], 'answers of models are not kept: an ai source has no cache');
  for (const [name, provider] of Object.entries(settings.providers)) {
    const wrong = providerError(name, provider);
    if (wrong !== undefined) refuse(['providers', name], wrong);
  }
  for (const [route, models] of Object.entries(settings.routes)) {
    models.forEach((model, index) => {
      const wrong = modelError(settings, model);
      if (wrong !== undefined) refuse(['routes', route, index], wrong);
    });
    if (models.every((model) => modelError(settings, model) === undefined && !isUsable(settings, model))) {
      const keys = [...new Set(models.map((model) => `providers.${providerOf(model)}.apiKey`))].join(' or ');
      refuse(['routes', route], `no model of the route can be used: set ${keys}, or add ${LOCAL_MODEL} at its end`);
    }
  }
});
export type AiSettings = z.infer<typeof shape>;

function providerError(name: string, provider: ProviderSettings): string | undefined {
  if (name === LOCAL_PROVIDER) return `"${LOCAL_PROVIDER}" is built in: give your provider another name`;
  if (name.includes('/')) return 'the name of a provider has no "/"';
  const type = provider.type ?? KNOWN_PROVIDERS.get(name);
  if (type === undefined) return `needs a type, one of ${PROVIDER_TYPES.join(', ')}`;
  if (type === 'openai-compatible' && provider.baseUrl === undefined) return 'needs a baseUrl';
  return undefined;
}

function modelError(settings: AiSettings, model: string): string | undefined {
  if (model === LOCAL_MODEL) return undefined;
  const provider = providerOf(model);
  if (provider === LOCAL_PROVIDER) return `the built-in provider has one model: ${LOCAL_MODEL}`;
  if (findProvider(settings, provider) !== undefined) return undefined;
  return `there is no provider "${provider}": add it under providers with a type and a baseUrl`;
}

function providerOf(model: string): string {
  return model.slice(0, model.indexOf('/'));
}

function isUsable(settings: AiSettings, model: string): boolean {
  if (model === LOCAL_MODEL) return true;
  const provider = findProvider(settings, providerOf(model));
  if (provider === undefined) return false;
  // A server of one's own often wants no key: only a key that was asked for and is empty switches it off.
  if (provider.type === 'openai-compatible') return provider.apiKey !== '';
  return provider.apiKey !== undefined && provider.apiKey !== '';
}

/** A provider as routes use it, its type settled. Undefined where the configuration has none of that name. */
export function findProvider(
  settings: AiSettings,
  name: string,
): (ProviderSettings & { readonly type: ProviderType }) | undefined {
  const configured = Object.hasOwn(settings.providers, name) ? settings.providers[name] : undefined;
  const type = configured?.type ?? KNOWN_PROVIDERS.get(name);
  if (type === undefined) return undefined;
  return { structuredOutputs: true, ...configured, type };
}

/** Routes with the models that can be used, in order; the first entry is the default route. */
export function usableRoutes(settings: AiSettings): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(settings.routes).map(([route, models]) => [
      route,
      models.filter((model) => isUsable(settings, model)),
    ]),
  );
}
