// The one schema of manifold.yaml, built from the kinds of source that the hub has, and the value that it yields.
import { z } from 'zod';
import { authSettingsSchema } from './auth-settings.ts';
import { cacheSettingsSchema } from './cache-settings.ts';
import { feedsSchema } from './feed-settings.ts';
import { graphSettingsSchema } from './graph-settings.ts';
import { limitSettingsSchema } from './limit-settings.ts';
import { serverSettingsSchema } from './server-settings.ts';
import { sharingSettingsSchema } from './sharing-settings.ts';
import { pollsSchema } from './poll-settings.ts';
import type { NamedSource, SourceKind } from './source-kind.ts';
import type { SourceSettings } from './source-settings.ts';
import { stateSettingsSchema } from './state-settings.ts';
import { syncSchema } from './sync-settings.ts';
import { webhooksSchema } from './webhook-settings.ts';

/** The configuration of a hub, defaults applied. Deeply frozen. */
export interface HubConfig {
  /** Absolute path of manifold.yaml. */
  readonly file: string;
  /** Its folder: what relative paths in it are relative to. */
  readonly folder: string;
  readonly name: string;
  readonly server: z.infer<typeof serverSettingsSchema>;
  readonly auth: z.infer<typeof authSettingsSchema>;
  readonly limits: z.infer<typeof limitSettingsSchema>;
  readonly graph: z.infer<typeof graphSettingsSchema>;
  readonly cache: z.infer<typeof cacheSettingsSchema>;
  readonly sharing: z.infer<typeof sharingSettingsSchema>;
  readonly state: z.infer<typeof stateSettingsSchema>;
  /** By name. */
  readonly webhooks: z.infer<typeof webhooksSchema>;
  /** By name. */
  readonly polls: z.infer<typeof pollsSchema>;
  /** By name. */
  readonly feeds: z.infer<typeof feedsSchema>;
  /** By name. */
  readonly sync: z.infer<typeof syncSchema>;
  /** Absolute path of the folder with one folder of SDL per source. */
  readonly schemaFolder: string;
  /** Absolute path of a supergraph that another tool composed; the graph is composed from the sources without it. */
  readonly supergraphFile?: string;
  /** In the order of the file. With a supergraph: how some of its subgraphs are called. */
  readonly sources: readonly NamedSource[];
}

/** A source's name becomes part of GraphQL names, file names and metric labels. */
const sourceName = z.string().regex(/^[a-z][a-z0-9_-]*$/i, {
  error: 'must be letters, digits, - and _, and start with a letter',
});

/** Strict at every level: a key that nobody reads is refused. */
export function hubConfigSchema(kinds: readonly SourceKind[]) {
  return z
    .strictObject({
      name: z.string().min(1).default('manifold').describe('What the hub is called in logs and in Query.hub.'),
      server: serverSettingsSchema.prefault({}),
      auth: authSettingsSchema.prefault({}),
      limits: limitSettingsSchema.prefault({}),
      graph: graphSettingsSchema.prefault({}),
      cache: cacheSettingsSchema.prefault({}),
      sharing: sharingSettingsSchema.prefault({}),
      state: stateSettingsSchema.prefault({}),
      webhooks: webhooksSchema.default({}).describe('What may be posted to /webhooks/<name>.'),
      polls: pollsSchema.default({}).describe('Sources that are asked for their changes.'),
      feeds: feedsSchema.default({}).describe('Subscriptions of sources whose items are events.'),
      sync: syncSchema.default({}).describe('Rules that bring one source into step with another.'),
      schema: z.string().min(1).default('./schema').describe('Folder with one folder of SDL files per source.'),
      supergraph: z
        .string()
        .min(1)
        .optional()
        .describe('A supergraph file that another tool composed, served as it is instead of composing the sources.'),
      sources: z
        .record(sourceName, sourceSchema(kinds))
        .superRefine((sources, context) => refuseLikeNames(Object.keys(sources), context))
        .default({})
        .describe('The upstreams, by name.'),
    })
    .refine(({ sources, supergraph }) => supergraph !== undefined || Object.keys(sources).length > 0, {
      path: ['sources'],
      error: 'name at least one source',
    })
    .superRefine(({ sources, supergraph, webhooks, polls, feeds }, context) => {
      if (supergraph !== undefined) return;
      refuseUnknownSources('webhooks', webhooks, sources, context);
      refuseUnknownSources('polls', polls, sources, context);
      refuseUnknownSources('feeds', feeds, sources, context);
    });
}

function refuseUnknownSources(
  part: string,
  named: Readonly<Record<string, { readonly source: string }>>,
  sources: object,
  context: z.core.$RefinementCtx,
): void {
  for (const [name, { source }] of Object.entries(named)) {
    if (Object.hasOwn(sources, source)) continue;
    const message = `there is no source "${source}"; the configuration has: ${Object.keys(sources).join(', ')}`;
    context.addIssue({ code: 'custom', path: [part, name, 'source'], message });
  }
}

/** `shop-eu`, `shop_eu` and `Shop_EU` would be one name in the supergraph. */
function refuseLikeNames(names: readonly string[], context: z.core.$RefinementCtx): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const same = name.toLowerCase().replaceAll('-', '_');
    const other = seen.get(same);
    if (other !== undefined) {
      const message = `is too much like "${other}": letter case, - and _ do not tell sources apart in the graph`;
      context.addIssue({ code: 'custom', path: [name], message });
    }
    seen.set(same, name);
  }
}

function sourceSchema(kinds: readonly SourceKind[]): z.ZodType<SourceSettings> {
  const [first, ...rest] = kinds.map(
    ({ settings }) => settings as z.core.$ZodTypeDiscriminable & z.ZodType<SourceSettings>,
  );
  if (first === undefined) return z.never();
  return z.discriminatedUnion('kind', [first, ...rest]);
}
