// Bytes of an XML answer → text, by the charset of the content type, a byte order mark or the XML declaration (RFC 7303,
// section 3: in this order of weight, but a byte order mark is never wrong).

/** `decoded`: the text as the transport reads it, where that has already been asked for. */
export function xmlText(bytes: Buffer, contentType: string, decoded?: () => string): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const given = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1];
  if (given !== undefined && decoded !== undefined) return decoded();
  const head = bytes.subarray(0, 120).toString('latin1');
  const declared = given ?? /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1];
  // A declaration that can be read byte by byte is no UTF-16, whatever it says.
  if (declared === undefined || /^utf-?(?:8|16)/i.test(declared)) return decoded?.() ?? withoutMark(bytes);
  try {
    return new TextDecoder(declared).decode(bytes);
  } catch {
    return withoutMark(bytes);
  }
}

function withoutMark(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
