// Arguments of one operation at an HTTP port (WSDL 1.1, section 4) in, the HTTP request out. Used by the connector.
import { HubFault } from '../../faults/hub-fault.ts';
import type { HttpWire, OperationPort } from '../../import/wsdl/wsdl-model.ts';
import { encodeMessage } from './encode-message.ts';
import type { WrittenRequest } from './soap-writer.ts';

const ACCEPT = 'text/xml, application/xml, */*;q=0.5';

/** The writer throws HUB_REQUEST_INVALID where the arguments cannot be sent. */
export function createHttpWriter(
  port: OperationPort,
  wire: HttpWire,
  url: string,
): (args: Readonly<Record<string, unknown>>) => Promise<WrittenRequest> {
  const headers = { accept: ACCEPT };
  const target = wire.location === '' ? url : `${url.replace(/\/$/, '')}/${wire.location.replace(/^\//, '')}`;
  return (args) => Promise.resolve(write(args));

  function write(args: Readonly<Record<string, unknown>>): WrittenRequest {
    const { verb: method } = wire;
    if (wire.parameters === 'xml') {
      const body = encodeMessage(port.input, args);
      return { method, url: target, headers: { ...headers, 'content-type': 'text/xml; charset=utf-8' }, body };
    }
    const pairs = port.input.type.fields.flatMap(({ raw, local }) => pairsOf(local, args[raw]));
    if (wire.parameters === 'replacement') {
      const values = new Map(pairs);
      const replaced = target.replaceAll(/\(([^()]+)\)/g, (whole, name: string) => {
        const value = values.get(name);
        return value === undefined ? whole : inPath(name, value);
      });
      return { method, url: replaced, headers };
    }
    const text = new URLSearchParams(pairs).toString();
    if (wire.parameters === 'form')
      return {
        method,
        url: target,
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        body: text,
      };
    return { method, url: text === '' ? target : `${target}${target.includes('?') ? '&' : '?'}${text}`, headers };
  }
}

/** Throws HUB_REQUEST_INVALID for what no path can hold, and for what would make it lead somewhere else. */
function inPath(name: string, value: string): string {
  if (value.isWellFormed() && !/^\.{0,2}$/.test(value)) return encodeURIComponent(value);
  throw new HubFault(
    'HUB_REQUEST_INVALID',
    `"${name}" is a part of the path, which ${JSON.stringify(value)} cannot be`,
  );
}

function pairsOf(name: string, value: unknown): [string, string][] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => pairsOf(name, item));
  return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
}
