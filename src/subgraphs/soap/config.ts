// The `soap` entry of manifold.yaml: where the WSDL is and how the hub proves itself in the SOAP header.
import { z } from 'zod';
import { sourceShape } from '../../config/source-settings.ts';

const usernameTokenSchema = z
  .strictObject({
    username: z.string().min(1),
    password: z.string(),
    /** `digest` never sends the password itself; `text` is only for https. */
    passwordType: z.enum(['text', 'digest']).default('text'),
    /** Sends when the message was made and when it expires (ten minutes later). */
    timestamp: z.boolean().default(true),
    mustUnderstand: z.boolean().default(false),
  })
  .describe('UsernameToken of the WS-Security header (OASIS Username Token Profile 1.1)');

export const soapSettingsSchema = z.strictObject({
  ...sourceShape,
  kind: z.literal('soap'),
  /** Path relative to manifold.yaml, or url, of the WSDL. Read when importing and once when serving, never per call. */
  spec: z.string().min(1),
  /** Operations to import, by name; `*` stands for any characters. */
  include: z.array(z.string().min(1)).optional(),
  exclude: z.array(z.string().min(1)).optional(),
  /** Put before the name of every imported type. */
  typePrefix: z
    .string()
    .regex(/^[A-Za-z]\w*$/, 'is not a prefix: use letters, digits and _')
    .optional(),
  wsSecurity: usernameTokenSchema.optional(),
});
export type SoapSettings = z.infer<typeof soapSettingsSchema>;
export type UsernameTokenSettings = z.infer<typeof usernameTokenSchema>;
