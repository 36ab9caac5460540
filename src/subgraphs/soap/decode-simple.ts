// Text of an XML element or attribute in, the value of its XSD type out. Never guesses: the WSDL says the type.
import type { SimpleType } from '../../import/wsdl/xsd-model.ts';

/** What was sent does not fit the type. Its message names the place and the type, and never the value. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly #what: string;
  readonly #path: string;

  constructor(what: string, path = '') {
    super(path === '' ? what : `${path.slice(0, 200)} ${what}`);
    this.#what = what;
    this.#path = path;
  }

  /** The same error one step further up; what is no DecodeError stays as it is. */
  static at(step: string, error: unknown): Error {
    if (!(error instanceof DecodeError)) return error as Error;
    return new DecodeError(error.#what, error.#path === '' ? step : `${step}.${error.#path}`);
  }
}

const INTEGER = /^[+-]?\d{1,1000}$/;
const SAFE_INTEGER = /^-?\d{1,15}$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NO_NUMBER = new Set(['INF', '+INF', '-INF', 'NaN']);
const MAX_INT = 2 ** 31;

type Parse = (text: string) => unknown;
const parsers = new WeakMap<SimpleType, Parse>();

/**
 * String: as it was sent (only `xs:string` keeps white space at its ends). Int and Float: a number; INF and NaN are null,
 * because GraphQL has no such numbers. Long: a number where that is exact, else a string of digits. Decimal, DateTime and
 * Date: the text as it was sent. An empty element is null for every type but String. What is returned throws DecodeError.
 */
export function compileSimple(type: SimpleType): Parse {
  const known = parsers.get(type);
  if (known !== undefined) return known;
  const one = type.scalar === 'String' ? compileString(type) : compileScalar(type);
  const parse: Parse = type.list ? (text) => text.split(/\s+/).filter(Boolean).map(one) : one;
  parsers.set(type, parse);
  return parse;
}

export function decodeSimple(type: SimpleType, text: string): unknown {
  return compileSimple(type)(text);
}

function compileString(type: SimpleType): Parse {
  if (type.builtin === 'string' && type.enumeration === undefined) return (text) => text;
  return (text) => text.trim();
}

function compileScalar(type: SimpleType): Parse {
  const mismatch = (): DecodeError => new DecodeError(`is not a value of xs:${type.builtin}`);
  const parse = parserOf(type.scalar, mismatch);
  return (text) => {
    const value = text.trim();
    return value === '' ? null : parse(value);
  };
}

function parserOf(scalar: SimpleType['scalar'], mismatch: () => DecodeError): Parse {
  switch (scalar) {
    case 'Boolean':
      return (value) => {
        if (value === 'true' || value === '1') return true;
        if (value === 'false' || value === '0') return false;
        throw mismatch();
      };
    case 'Int':
      return (value) => {
        const number = INTEGER.test(value) ? Number(value) : NaN;
        if (!(number >= -MAX_INT && number < MAX_INT)) throw mismatch();
        return number === 0 ? 0 : number;
      };
    case 'Long':
      return (value) => {
        if (SAFE_INTEGER.test(value)) return Number(value) || 0;
        if (!INTEGER.test(value)) throw mismatch();
        const exact = BigInt(value.replace(/^\+/, ''));
        return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact.toString();
      };
    case 'Float':
      return (value) => {
        if (NO_NUMBER.has(value)) return null;
        if (!FLOAT.test(value)) throw mismatch();
        return Number.isFinite(Number(value)) ? Number(value) : null;
      };
    case 'Decimal':
      return (value) => {
        if (!DECIMAL.test(value)) throw mismatch();
        return value;
      };
    case 'String':
    case 'DateTime':
    case 'Date':
      return (value) => value;
  }
}
