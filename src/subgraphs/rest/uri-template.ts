// The URI Template of an operation (RFC 6570, expanded by `url-template`): parsed once, checked, expanded per call.
import { parseTemplate, type PrimitiveValue } from 'url-template';
import { toText } from './to-text.ts';

export interface TemplateVariable {
  /** Percent-decoded. */
  readonly name: string;
  readonly place: 'path' | 'query';
}

export interface UriTemplate {
  readonly variables: readonly TemplateVariable[];
  /**
   * Values by variable name. Undefined, null and empty lists are left out; lists and objects follow the template's
   * operators. Throws TemplateMistake where a path variable has no value or the path would lead somewhere else.
   */
  expand(values: ReadonlyMap<string, unknown>): string;
}

/** A template or a value that cannot be used; its message says why and holds no value. */
export class TemplateMistake extends Error {}

type TemplateValue = PrimitiveValue | PrimitiveValue[] | Record<string, PrimitiveValue | PrimitiveValue[]>;

interface Variable extends TemplateVariable {
  /** Name in the rewritten template. */
  readonly alias: string;
  /** Expansions that let reserved characters through: `{+path}`. */
  readonly reserved: boolean;
  /** Its name cannot stand in a template as it is, so it is expanded as an object with one property. */
  readonly wrapped: boolean;
}

const EXPRESSION = /\{([+#./;?&]?)([^{}]*)\}/g;
/** Characters that `url-template` takes for syntax, or that cannot be a property of its context. */
const UNSPEAKABLE = /[,:*{}]|^__proto__$/;

/** Throws TemplateMistake. */
export function parseUriTemplate(text: string): UriTemplate {
  checkSyntax(text);
  const variables: Variable[] = [];
  const rewritten = text.replace(EXPRESSION, (_whole, operator: string, list: string, offset: number) => {
    const place = operator === '?' || operator === '&' || text.lastIndexOf('?', offset) > -1 ? 'query' : 'path';
    const parts = list.split(',').map((part) => {
      const [, raw = '', modifier = ''] = /^(.*?)(\*|:\d{1,4})?$/.exec(part) ?? [];
      if (raw === '') throw new TemplateMistake(`"{${operator}${list}}" names no variable`);
      const name = decodeName(raw);
      const wrapped = UNSPEAKABLE.test(name);
      if (wrapped && (modifier !== '' || (operator !== '?' && operator !== '&'))) {
        throw new TemplateMistake(`the variable "${name}" can only stand in a query, without a modifier`);
      }
      const alias = wrapped ? `$${variables.length}` : name;
      variables.push({ name, place, alias, reserved: operator === '+', wrapped });
      return `${alias}${wrapped ? '*' : modifier}`;
    });
    return `{${operator}${parts.join(',')}}`;
  });
  const expand = compileParts(rewritten);
  const isWholeQuery = /\?\{\w[^{}]*\}$/.test(rewritten);
  const hasPathVariables = variables.some(({ place }) => place === 'path');

  return {
    variables,
    expand(values) {
      const context = Object.create(null) as Record<string, TemplateValue>;
      for (const variable of variables) {
        const value = toTemplateValue(values.get(variable.name));
        if (variable.place === 'path' && (value === undefined || value === '')) {
          throw new TemplateMistake(`"${variable.name}" is a part of the path and has no value`);
        }
        if (value === undefined) continue;
        if (variable.reserved && /[?#]/.test(JSON.stringify(value))) {
          throw new TemplateMistake(`"${variable.name}" would end the path`);
        }
        context[variable.alias] = variable.wrapped ? { [variable.name]: unnested(value) } : value;
      }
      const url = isWholeQuery ? expand(context).replace(/\?$/, '') : expand(context);
      if (!hasPathVariables) return url;
      const path = /^[^?#]*/.exec(url)?.[0] ?? '';
      if (leadsElsewhere(path)) throw new TemplateMistake('a value would make the path lead somewhere else');
      return url;
    },
  };
}

type Expand = (context: Record<string, TemplateValue>) => string;

/** Only expressions are left to be expanded per call: `url-template` would encode the text between them each time. */
function compileParts(template: string): Expand {
  const parts = template
    .split(/(\{[^{}]*\})/)
    .map((part) => (part.startsWith('{') ? compileExpression(part) : parseTemplate(part).expand({})));
  return (context) => {
    let url = '';
    for (const part of parts) url += typeof part === 'string' ? part : part(context);
    return url;
  };
}

const isPlain = (value: unknown): value is string => typeof value === 'string' && /^[\w.~-]+$/.test(value);

/** A query of texts in which nothing has to be encoded is put together here: it is what is called most. */
function compileExpression(expression: string): Expand {
  const template = parseTemplate(expression);
  const query = /^\{([?&])([\w.~,*-]+)\}$/.exec(expression);
  if (query === null) return (context) => template.expand(context);
  const [, operator = '', list = ''] = query;
  const variables = list.split(',').map((part) => ({ name: part.replace('*', ''), exploded: part.endsWith('*') }));
  return (context) => {
    let written = '';
    for (const { name, exploded } of variables) {
      const value = context[name];
      if (value === undefined) continue;
      const items: readonly unknown[] = Array.isArray(value) ? value : [value];
      if (!items.every(isPlain)) return template.expand(context);
      const joined = exploded ? items.join(`&${name}=`) : items.join(',');
      written += `${written === '' ? operator : '&'}${name}=${joined}`;
    }
    return written;
  };
}

function checkSyntax(text: string): void {
  const rest = text.replace(EXPRESSION, '');
  if (/[{}]/.test(rest)) throw new TemplateMistake('it has a brace without its partner');
  if (text.includes('{#') || rest.includes('#')) throw new TemplateMistake('a fragment is never sent to an upstream');
  if (/^https?:\/\//i.test(text)) {
    if (!URL.canParse(text.replace(EXPRESSION, '')) || /^https?:\/\/[^/?]*\{/i.test(text)) {
      throw new TemplateMistake('only the path and the query of an address may have variables');
    }
  } else if (!/^[/{?]/.test(text) && text !== '') {
    throw new TemplateMistake('it must begin with a slash, or be a whole http address');
  }
  if (leadsElsewhere(/^[^?]*/.exec(text)?.[0] ?? ''))
    throw new TemplateMistake('"." and ".." are not allowed in the path');
}

/** Whether a segment of the path is "." or "..", however it is written. */
function leadsElsewhere(path: string): boolean {
  return path.split(/[/\\]/).some((segment) => /^\.{1,2}$/.test(segment.replace(/%2e/gi, '.')));
}

function decodeName(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new TemplateMistake(`"${raw}" is not a percent-encoded name`);
  }
}

/** What `url-template` can expand: texts, lists of texts, flat objects. Undefined where there is nothing to expand. */
function toTemplateValue(value: unknown): TemplateValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) {
    const items = value.filter((item) => item !== undefined && item !== null).map(toText);
    return items.length === 0 ? undefined : items;
  }
  if (typeof value !== 'object' || value instanceof Date) return toText(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return entries.length === 0 ? undefined : Object.fromEntries(entries.map(([key, item]) => [key, toText(item)]));
}

function unnested(value: TemplateValue): PrimitiveValue | PrimitiveValue[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : value;
}
