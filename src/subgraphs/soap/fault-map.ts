// What went wrong with a SOAP call → the HubFault it means. A SOAP fault is an answer of a service that works, so it is
// no failed exchange: it is neither repeated nor counted by the circuit breaker.
import { HubFault } from '../../faults/hub-fault.ts';
import { SOAP12_ENVELOPE } from '../../import/wsdl/namespaces.ts';
import type { Fault } from '../../import/wsdl/wsdl-model.ts';
import { childOf, type XmlElement } from '../../import/wsdl/xml-tree.ts';
import type { WrittenAnswer } from './decode-body.ts';
import { decodeDetail, decodeWritten, type DecodeContext } from './decode-message.ts';
import { DecodeError } from './decode-simple.ts';

const MAX_TEXT = 300;

export function malformed(source: string, operation: string, status: number, reason: string): HubFault {
  return new HubFault(
    'HUB_UPSTREAM_MALFORMED',
    `${operation} of source "${source}": the answer cannot be used: ${reason}`,
    {
      details: { source, upstreamStatus: status },
    },
  );
}

export interface FaultContext extends DecodeContext {
  readonly source: string;
  readonly status: number;
  /** The faults that the operation declares. */
  readonly faults: readonly Fault[];
  /** What its headers answer with where one of them is at fault. */
  readonly headerFaults: readonly Fault[];
  /** SOAP headers of the answer. */
  readonly headers: readonly XmlElement[];
  /** What references of SOAP encoding lead to; undefined where messages are literal. */
  readonly body: XmlElement | undefined;
  /** How the operation's answers are read: undefined, by the types of the WSDL. */
  readonly answer: WrittenAnswer | undefined;
}

/**
 * HUB_UPSTREAM_FAULT: `upstreamCode` is the fault code without its prefix, subcodes of SOAP 1.2 behind dots; the message
 * is the fault string; `upstreamDetail` is `{ name, fields }` for a declared detail, `{ name, text }` for any other, and all
 * that the detail holds, by name, where answers are read as written. The detail of a header's fault is in a header (SOAP 1.1,
 * section 4.4; WSDL 1.1, section 3.7).
 */
export function toUpstreamFault(fault: XmlElement, context: FaultContext): HubFault {
  const { code, text, detail } = fault.uri === SOAP12_ENVELOPE ? readSoap12(fault) : readSoap11(fault);
  const upstreamDetail =
    detail?.children[0] === undefined ? (plainDetail(detail) ?? headerDetail(context)) : typedDetail(detail, context);
  return new HubFault('HUB_UPSTREAM_FAULT', cut(text) || `source "${context.source}" answered with a SOAP fault`, {
    details: {
      source: context.source,
      upstreamStatus: context.status,
      ...(code === '' ? {} : { upstreamCode: cut(code) }),
      ...(upstreamDetail === undefined ? {} : { upstreamDetail }),
    },
  });
}

interface FaultParts {
  readonly code: string;
  readonly text: string;
  readonly detail: XmlElement | undefined;
}

/** SOAP 1.1 section 4.4: the parts have no namespace, but some servers give them one. */
function readSoap11(fault: XmlElement): FaultParts {
  const part = (local: string) => fault.children.find((child) => child.local === local);
  return {
    code: localOf(part('faultcode')?.text),
    text: part('faultstring')?.text ?? '',
    detail: part('detail'),
  };
}

/** SOAP 1.2 part 1 section 5.4; of several languages the first counts. */
function readSoap12(fault: XmlElement): FaultParts {
  const codes: string[] = [];
  let code = childOf(fault, SOAP12_ENVELOPE, 'Code');
  while (code !== undefined && codes.length < 8) {
    codes.push(localOf(childOf(code, SOAP12_ENVELOPE, 'Value')?.text));
    code = childOf(code, SOAP12_ENVELOPE, 'Subcode');
  }
  const reason = childOf(fault, SOAP12_ENVELOPE, 'Reason');
  return {
    code: codes.filter((part) => part !== '').join('.'),
    text: (reason && childOf(reason, SOAP12_ENVELOPE, 'Text')?.text) ?? '',
    detail: childOf(fault, SOAP12_ENVELOPE, 'Detail'),
  };
}

function localOf(qname: string | undefined): string {
  const text = qname?.trim() ?? '';
  return text.slice(text.indexOf(':') + 1);
}

function plainDetail(detail: XmlElement | undefined): unknown {
  const text = cut(detail?.text ?? '');
  return text === '' ? undefined : { text };
}

/** The first detail element that the operation declares, else the first there is. */
function typedDetail(detail: XmlElement, context: FaultContext): unknown {
  const { answer, body } = context;
  const written = answer && fitting(() => decodeWritten(detail, answer === 'documents', body));
  if (written !== undefined) return written;
  const declared = declaredDetail(detail.children, context.faults, context);
  if (declared !== undefined) return declared;
  const [first] = detail.children;
  // What the service did not promise may be a stack trace: only its own short text is passed on.
  const text = cut(first?.text ?? '');
  return { name: first?.local ?? '', ...(text === '' || /\n\s*at /.test(text) ? {} : { text }) };
}

function headerDetail(context: FaultContext): unknown {
  return declaredDetail(context.headers, context.headerFaults, context);
}

/** The first of the elements that is declared and as it is declared. */
function declaredDetail(elements: readonly XmlElement[], faults: readonly Fault[], context: FaultContext): unknown {
  for (const element of elements) {
    const declared = faults.find(({ element: field }) => matches(field, element));
    const fields = declared && fitting(() => decodeDetail(declared.element, element, context, context.body));
    if (fields !== undefined) return { name: element.local, fields };
  }
  return undefined;
}

/** Undefined where what is there does not fit: that something went wrong is told all the same. */
function fitting(decode: () => unknown): unknown {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function matches(field: Fault['element'], element: XmlElement): boolean {
  return field.local === element.local && (field.uri === element.uri || field.uri === '');
}

function cut(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > MAX_TEXT ? `${trimmed.slice(0, MAX_TEXT - 1)}…` : trimmed;
}
