// Bits of SDL as text. Used by the SDL mapping of WSDL.
import { Kind, print } from 'graphql';

export function quoted(text: string): string {
  return print({ kind: Kind.STRING, value: text });
}

/** A description with its line end; nothing for no text. */
export function described(text: string | undefined): string {
  return text === undefined || text === '' ? '' : `${print({ kind: Kind.STRING, value: text, block: true })}\n`;
}

export function mapped(label: string, raw: string): string {
  return label === raw ? '' : ` @map(name: ${quoted(raw)})`;
}

export function indent(text: string, by: string): string {
  return text === '' || text.includes('\n') ? text.replaceAll(/^(?=.)/gm, by) : by + text;
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
