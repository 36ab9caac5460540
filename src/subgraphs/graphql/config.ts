// The `graphql` entry of manifold.yaml: where the server is, what describes it, and what its names become.
import { z } from 'zod';
import { sourceShape } from '../../config/source-settings.ts';
import { subscriptionsSchema } from '../remote/stream-settings.ts';

const graphQlName = z.string().regex(/^(?!__)[_A-Za-z]\w*$/, 'is not a name of GraphQL');

export const graphQlSettingsSchema = z.strictObject({
  ...sourceShape,
  kind: z.literal('graphql'),
  /** The GraphQL endpoint. */
  url: z.url({ protocol: /^https?$/ }),
  /** Path relative to manifold.yaml, or url, of SDL or of an introspection result; without one the server is asked. */
  spec: z.string().min(1).optional(),
  /** Put before the name of every type but scalars; root fields get it in lower camel case. */
  typePrefix: z
    .string()
    .regex(/^[A-Za-z]\w*$/, 'is not a prefix: use letters, digits and _')
    .optional(),
  rename: z
    .strictObject({
      /** Type of the server: its name in the hub. */
      types: z.record(graphQlName, graphQlName).optional(),
      /** `Type.field`, `Type.field(argument:)`, `Input.field` or `Enum.VALUE` of the server: its name in the hub. */
      fields: z.record(z.string().regex(/^\w+\.\w+(?:\(\w+:\))?$/, 'is not like "Type.field"'), graphQlName).optional(),
    })
    .optional(),
  subscriptions: subscriptionsSchema.optional(),
});
export type GraphQlSettings = z.infer<typeof graphQlSettingsSchema>;
