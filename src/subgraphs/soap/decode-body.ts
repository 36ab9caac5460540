// The body of a scanned envelope and the message that the WSDL promises in → a raw record out.
import type { Message } from '../../import/wsdl/wsdl-model.ts';
import { recordDecoderOf } from './compile-decoder.ts';
import { decodeMessage, decodeWritten, type DecodeContext } from './decode-message.ts';
import { DecodeError } from './decode-simple.ts';
import type { RawRecord } from './raw-record.ts';
import type { BodyEnvelope } from './read-envelope.ts';
import { scanTree } from './scan-tree.ts';

/** How an answer is read that is not what the WSDL says: `@soap(answer:)`. */
export type WrittenAnswer = 'written' | 'documents';

/**
 * The fields of the message's type, `true` for a message without any. May be called more than once. Throws DecodeError
 * with the path to what does not fit, and XmlError where what follows the start of the body is no XML.
 */
export function decodeBody(envelope: BodyEnvelope, message: Message | undefined, context: DecodeContext): unknown {
  const { scanner, start } = envelope;
  scanner.reset(start);
  if (message === undefined || message.type.fields.length === 0) {
    scanner.skip();
    finish(envelope);
    return true;
  }
  const decoded = message.encoded ? undefined : decodeStraight(envelope, message, context);
  if (decoded !== undefined) {
    finish(envelope);
    return withAttachments(decoded, message, envelope);
  }
  // SOAP encoding refers from one element to another, and misnamed wrappers are told by what is in them: both need a tree.
  scanner.reset(start);
  const body = scanTree(scanner);
  finish(envelope);
  return withAttachments(decodeMessage(message, body, context), message, envelope);
}

/**
 * The content of the first element, whatever the WSDL says; null where there is none. May be called more than once; throws as
 * decodeBody does.
 */
export function decodeAsWritten(envelope: BodyEnvelope, message: Message | undefined, answer: WrittenAnswer): unknown {
  const { scanner, start } = envelope;
  scanner.reset(start);
  const body = scanTree(scanner);
  finish(envelope);
  const [element] = body.children;
  if (element === undefined) return null;
  return decodeWritten(element, answer === 'documents', message?.encoded === true ? body : undefined);
}

/** Parts that the binding sends beside the envelope: by their names (WS-I Attachments Profile, section 3.8), or in order. */
function withAttachments(decoded: unknown, { type }: Message, { attachments }: BodyEnvelope): unknown {
  const fields = type.fields.filter(({ role }) => role === 'attachment');
  if (fields.length === 0 || attachments === undefined || typeof decoded !== 'object' || decoded === null)
    return decoded;
  const parts = [...attachments];
  fields.forEach((field, index) => {
    const name = encodeURIComponent(field.local);
    const part = parts.find(([id]) => id === field.local || id.startsWith(`${name}=`)) ?? parts[index];
    if (part !== undefined) (decoded as RawRecord)[field.raw] = part[1].toString('base64');
  });
  return decoded;
}

/** Undefined where the body is not built as the message says. */
function decodeStraight({ scanner, start }: BodyEnvelope, message: Message, context: DecodeContext): unknown {
  const decode = recordDecoderOf(message.type);
  if (message.shape === 'bare') return decode(scanner, context);
  if (scanner.selfClosing || !scanner.nextChild(start.name.qname)) return undefined;
  const { local } = scanner.name;
  if (message.shape === 'wrapped' && local !== message.wrapper?.local) return undefined;
  let record: RawRecord;
  try {
    record = decode(scanner, context);
  } catch (error) {
    throw DecodeError.at(local, error);
  }
  const [part] = message.type.fields;
  const renamed =
    message.shape === 'rpc' && message.type.fields.length === 1 && !Object.hasOwn(record, part?.raw ?? '');
  if (renamed) return undefined;
  scanner.scope = start.scope;
  while (scanner.nextChild(start.name.qname)) scanner.skip();
  return record;
}

/** What follows the body must be well-formed too: an answer that was cut off is not one. */
function finish({ scanner, envelope }: BodyEnvelope): void {
  while (scanner.nextChild(envelope)) scanner.skip();
  scanner.finish();
}
