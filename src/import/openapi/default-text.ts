// The default of a schema as GraphQL writes it: a parameter that is required but has a default need not be given.
import { quote } from './sdl-model.ts';

/**
 * @param type reference of the argument or input field.
 * @param enumValue the name of an upstream's value in an enum.
 * Undefined where there is no default, or none that GraphQL can write for that type.
 */
export function defaultText(
  value: unknown,
  type: string,
  enumValue: (type: string, value: unknown) => string | undefined,
): string | undefined {
  const plain = type.replace(/!$/, '');
  if (value === undefined || value === null) return undefined;
  if (plain.startsWith('[')) {
    if (!Array.isArray(value)) return undefined;
    const items = value.map((item) => defaultText(item, plain.slice(1, -1), enumValue));
    return items.every((item) => item !== undefined) ? `[${items.join(', ')}]` : undefined;
  }
  switch (plain) {
    case 'Int':
      return isWhole(value) && Math.abs(value) < 2 ** 31 ? String(value) : undefined;
    case 'Long':
      return isWhole(value) ? String(value) : undefined;
    case 'Float':
      return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
    case 'Boolean':
      return typeof value === 'boolean' ? String(value) : undefined;
    case 'ID':
      return typeof value === 'string' || isWhole(value) ? quote(String(value)) : undefined;
    case 'String':
      return typeof value === 'string' ? quote(value) : undefined;
    default:
      return enumValue(plain, value);
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
