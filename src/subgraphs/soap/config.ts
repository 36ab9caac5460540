// The `soap` entry of manifold.yaml: where the WSDL is and how the hub proves itself in the SOAP header.
import { z } from 'zod';
import { sourceShape, specHostsSchema } from '../../config/source-settings.ts';
import { isFragment } from './xml-fragment.ts';

const x509Schema = z
  .strictObject({
    /** PEM text, or the path of a PEM file relative to manifold.yaml. */
    privateKey: z.string().min(1),
    certificate: z.string().min(1),
    passphrase: z.string().optional(),
  })
  .describe('Signs body and timestamp (OASIS X.509 Token Profile 1.1, RSA-SHA256)');

const wsSecuritySchema = z
  .strictObject({
    username: z.string().min(1).optional(),
    password: z.string().optional(),
    /** `digest` never sends the password itself; `text` is only for https. */
    passwordType: z.enum(['text', 'digest']).default('text'),
    /** Sends a random value that the service can tell repeats by; `digest` always does. */
    nonce: z.boolean().default(false),
    /** Sends in the token when it was made; `digest` always does, because it is made of it. */
    created: z.boolean().default(true),
    /** Sends when the message was made and when it expires (ten minutes later). */
    timestamp: z.boolean().default(true),
    mustUnderstand: z.boolean().default(false),
    x509: x509Schema.optional(),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: 'username and password go together',
  })
  .refine(({ username, x509 }) => username !== undefined || x509 !== undefined, {
    error: 'needs username and password, or x509, or both',
  })
  .describe('WS-Security header (OASIS Username Token Profile 1.1)');

export const soapSettingsSchema = z.strictObject({
  ...sourceShape,
  kind: z.literal('soap'),
  /** Path relative to manifold.yaml, or url, of the WSDL, or a folder with one. Read when importing and once when serving, never per call. */
  spec: z.string().min(1),
  specHosts: specHostsSchema,
  /** Operations to import, by name; `*` stands for any characters. */
  include: z.array(z.string().min(1)).optional(),
  exclude: z.array(z.string().min(1)).optional(),
  /** Put before the name of every imported type. */
  typePrefix: z
    .string()
    .regex(/^[A-Za-z]\w*$/, 'is not a prefix: use letters, digits and _')
    .optional(),
  /** Ports to call, as `Port` or `Service.Port`; by default each operation's first, SOAP before plain HTTP. */
  ports: z.array(z.string().min(1)).optional(),
  /** What the service speaks, where that is not what its WSDL says. */
  soapVersion: z.enum(['1.1', '1.2']).optional(),
  wsSecurity: wsSecuritySchema.optional(),
  /** Sends WS-Addressing headers (Action, To, MessageID, ReplyTo); by default where the WSDL demands them. */
  addressing: z.boolean().optional(),
  /** How base64 values are sent: in the message, or as MTOM parts; by default as the WSDL demands. */
  attachments: z.enum(['inline', 'mtom']).optional(),
  /** XML that goes into the SOAP header of every call. */
  headerXml: z.string().refine(isFragment, { error: 'is not well-formed XML' }).optional(),
});

export type SoapSettings = z.infer<typeof soapSettingsSchema>;
export type WsSecuritySettings = z.infer<typeof wsSecuritySchema>;
