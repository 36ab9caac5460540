// The `rest` entry of manifold.yaml: where the API and its description are, and what of it to import.
import { z } from 'zod';
import { sourceShape, specHostsSchema } from '../../config/source-settings.ts';

export const restSettingsSchema = z.strictObject({
  ...sourceShape,
  kind: z.literal('rest'),
  /** Path relative to manifold.yaml, or url, of the OpenAPI document, or a folder with one; without one the fields are written by hand. */
  spec: z.string().min(1).optional(),
  specHosts: specHostsSchema,
  /** Operations to import, by id or "GET /path"; `*` stands for any characters. */
  include: z.array(z.string().min(1)).optional(),
  exclude: z.array(z.string().min(1)).optional(),
  /** Put before the name of every imported type. */
  typePrefix: z
    .string()
    .regex(/^[A-Za-z]\w*$/, 'is not a prefix: use letters, digits and _')
    .optional(),
});
export type RestSettings = z.infer<typeof restSettingsSchema>;
