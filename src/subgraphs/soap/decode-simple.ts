// Text of an XML element or attribute in, the value of its XSD type out. Never guesses: the WSDL says the type.
import type { SimpleType } from '../../import/wsdl/xsd-model.ts';

/** The text is not a value of the type. Its message names the type and never the text. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

const INTEGER = /^[+-]?\d{1,1000}$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NO_NUMBER = new Set(['INF', '+INF', '-INF', 'NaN']);
const MAX_INT = 2 ** 31;

/**
 * String: as it was sent (only `xs:string` keeps white space at its ends). Int and Float: a number; INF and NaN are null,
 * because GraphQL has no such numbers. Long: a number where that is exact, else a string of digits. Decimal, DateTime and
 * Date: the text as it was sent. An empty element is null for every type but String. Throws DecodeError.
 */
export function decodeSimple(type: SimpleType, text: string): unknown {
  if (type.list) {
    const items = text.trim().split(/\s+/);
    return items.filter((item) => item !== '').map((item) => decodeSimple({ ...type, list: false }, item));
  }
  if (type.scalar === 'String') return type.builtin === 'string' && type.enumeration === undefined ? text : text.trim();
  const value = text.trim();
  if (value === '') return null;
  switch (type.scalar) {
    case 'Boolean':
      if (value === 'true' || value === '1') return true;
      if (value === 'false' || value === '0') return false;
      throw mismatch(type);
    case 'Int': {
      const number = INTEGER.test(value) ? Number(value) : NaN;
      if (!(number >= -MAX_INT && number < MAX_INT)) throw mismatch(type);
      return number === 0 ? 0 : number;
    }
    case 'Long': {
      if (!INTEGER.test(value)) throw mismatch(type);
      const exact = BigInt(value.replace(/^\+/, ''));
      return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact.toString();
    }
    case 'Float':
      if (NO_NUMBER.has(value)) return null;
      if (!FLOAT.test(value)) throw mismatch(type);
      return Number.isFinite(Number(value)) ? Number(value) : null;
    case 'Decimal':
      if (!DECIMAL.test(value)) throw mismatch(type);
      return value;
    case 'DateTime':
    case 'Date':
      return value;
  }
}

function mismatch(type: SimpleType): DecodeError {
  return new DecodeError(`is not a value of xs:${type.builtin}`);
}
