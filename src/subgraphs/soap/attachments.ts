// Base64 values of one request → the MIME parts that go with it and the references to them. Used by the encoder.
import { randomUUID } from 'node:crypto';
import { HubFault } from '../../faults/hub-fault.ts';
import type { Attachment } from './mime-parts.ts';

export interface Attachments {
  readonly all: readonly Attachment[];
  /** The `cid:` reference to the bytes; undefined where they are to stay in the message. */
  add(base64: string, always: boolean): string | undefined;
  /** A part that the binding names, found by its name (WS-I Attachments Profile 1.0, section 3.8). */
  addPart(name: string, base64: string): void;
  /** XOP 1.0, section 2.1. */
  include(href: string): string;
}

const XOP = 'http://www.w3.org/2004/08/xop/include';
const BASE64 = /^[A-Za-z\d+/\s]*={0,2}\s*$/;

/** `mtom`: all base64 values become parts; else only those that can be nothing else. */
export function createAttachments(mtom: boolean): Attachments {
  const all: Attachment[] = [];
  const push = (id: string, base64: string): string => {
    if (!BASE64.test(base64))
      throw new HubFault('HUB_REQUEST_INVALID', 'an argument that takes bytes must be base64 text');
    all.push({ id, contentType: 'application/octet-stream', body: Buffer.from(base64, 'base64') });
    return `cid:${encodeURIComponent(id)}`;
  };
  return {
    all,
    add: (base64, always) => (mtom || always ? push(`${randomUUID()}@manifold`, base64) : undefined),
    addPart: (name, base64) => void push(`${encodeURIComponent(name)}=${randomUUID()}@manifold`, base64),
    include: (href) => `<xop:Include xmlns:xop="${XOP}" href="${href}"/>`,
  };
}
