// Paths and parameters in, URI Templates (RFC 6570) out. Variables bear the upstream's names, percent-encoded where the
// grammar wants it (section 2.3): whoever expands the template looks the decoded name up and writes the encoded one.
import type { ApiParameter } from './document-model.ts';

/** `filter[name]` → `filter%5Bname%5D`. */
export function variableName(name: string): string {
  const encoded = name.replaceAll(/[^A-Za-z0-9_.]/gu, percent);
  // Dots separate parts of a name; they neither begin nor end one, nor follow one another.
  return encoded.replace(/^\.|\.$|\.(?=\.)/g, '%2E');
}

export interface TemplateVariable {
  readonly name: string;
  /** Each item of a list, or each entry of an object, becomes a value of its own. */
  readonly explode: boolean;
  /** Its value is the whole query. */
  readonly whole?: boolean;
}

/** @param pathParameters by the name in the path; other text in braces stays literal. */
export function uriTemplate(
  path: string,
  pathParameters: ReadonlyMap<string, Pick<ApiParameter, 'name' | 'style' | 'explode' | 'allowReserved'>>,
  query: readonly TemplateVariable[],
): string {
  const filled = withoutFragment(path).replace(/\{([^{}]*)\}|[{}]/g, (whole, name: string | undefined) => {
    const parameter = name === undefined ? undefined : pathParameters.get(name);
    if (name === undefined || parameter === undefined) return whole.replaceAll(/[{}]/g, percent);
    const usual = parameter.allowReserved === true ? '+' : '';
    const operator = parameter.style === 'label' ? '.' : parameter.style === 'matrix' ? ';' : usual;
    return `{${operator}${variableName(parameter.name)}${parameter.explode ? '*' : ''}}`;
  });
  const rooted = filled.startsWith('/') ? filled : `/${filled}`;
  const [first] = query;
  if (first === undefined) return rooted;
  if (first.whole === true) return `${rooted}?{${variableName(first.name)}}`;
  const variables = query.map(({ name, explode }) => `${variableName(name)}${explode ? '*' : ''}`).join(',');
  return `${rooted}{${rooted.includes('?') ? '&' : '?'}${variables}}`;
}

/** Names in braces, in the order in which the path has them. */
export function namesInPath(path: string): string[] {
  return [...new Set([...withoutFragment(path).matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? ''))];
}

/** It stays with the client, so it is no part of a request (RFC 9110, section 7.1). */
function withoutFragment(path: string): string {
  return path.replace(/#.*$/s, '');
}

function percent(char: string): string {
  return [...Buffer.from(char.toWellFormed(), 'utf8')]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
