// Where the definitions of an SDL text begin and end, without reading them: a hundredth of the cost of parsing. The text is
// taken to be valid. Called by defer-sdl.ts.

export type TypeKeyword = 'type' | 'interface' | 'union' | 'enum' | 'input' | 'scalar';

export interface Span {
  readonly name: string;
  /** Of its description, where it has one. */
  readonly start: number;
  readonly end: number;
  /** Names of the directives that it bears, or anything in it. */
  readonly directives: ReadonlySet<string>;
}

export interface DefinitionSpan extends Span {
  readonly keyword: TypeKeyword;
  /** Of its opening brace; `end` where it has none. */
  readonly body: number;
  readonly hasInterfaces: boolean;
}

const KEYWORDS: ReadonlySet<string> = new Set(['type', 'interface', 'union', 'enum', 'input', 'scalar']);

/** Undefined where the text has anything but definitions of types. */
export function scanDefinitions(text: string): readonly DefinitionSpan[] | undefined {
  const scan = createScan(text);
  const spans: DefinitionSpan[] = [];
  while (scan.goOn()) {
    const start = scan.at();
    scan.skipDescription();
    const keyword = scan.readName();
    if (!KEYWORDS.has(keyword)) return undefined;
    scan.skipIgnored();
    const name = scan.readName();
    if (name === '') return undefined;
    let hasInterfaces = false;
    let body: number | undefined;
    scan.collect();
    for (;;) {
      // Ignored characters after it are not a part of it.
      const end = scan.at();
      scan.skipIgnored();
      if (scan.skipDirective()) continue;
      if (scan.isAt('{')) {
        body = scan.at();
        scan.skipBalanced();
      } else if (scan.isAt('=')) {
        scan.goTo(scan.at() + 1);
        scan.skipNames();
      } else if (keyword !== 'scalar' && keyword !== 'union' && !hasInterfaces && scan.readName('implements') !== '') {
        hasInterfaces = true;
        scan.skipNames();
        continue;
      } else scan.goTo(end);
      break;
    }
    const end = scan.at();
    const span = { keyword: keyword as TypeKeyword, name, start, end, body: body ?? end, hasInterfaces };
    spans.push({ ...span, directives: scan.collected() });
  }
  return spans;
}

/** The fields of an object or interface type. */
export function scanFields(text: string, { body, end }: Pick<DefinitionSpan, 'body' | 'end'>): readonly Span[] {
  const scan = createScan(text, body + 1);
  const spans: Span[] = [];
  while (scan.goOn() && scan.at() < end - 1) {
    const start = scan.at();
    scan.skipDescription();
    const name = scan.readName();
    scan.collect();
    scan.skipIgnored();
    if (scan.isAt('(')) scan.skipBalanced();
    const type = scan.readType();
    if (name === '' || type === '') throw new Error('an SDL text is not what was checked when it was imported');
    let last = scan.at();
    while (scan.goOn() && scan.skipDirective()) last = scan.at();
    scan.goTo(last);
    spans.push({ name, start, end: last, directives: scan.collected() });
  }
  return spans;
}

const QUOTE = 34;
const HASH = 35;
const AT = 64;
const BACKSLASH = 92;
const NEWLINE = 10;
const RETURN = 13;

/** `(`, `[` or `{`. */
const opens = (char: number): boolean => char === 40 || char === 91 || char === 123;
const closes = (char: number): boolean => char === 41 || char === 93 || char === 125;

const isIgnored = (char: number): boolean =>
  char === 32 || char === NEWLINE || char === RETURN || char === 9 || char === 44 || char === 0xfeff;

const isNamePart = (char: number): boolean =>
  (char >= 97 && char <= 122) || (char >= 65 && char <= 90) || char === 95 || (char >= 48 && char <= 57);

function createScan(text: string, from = 0) {
  let at = from;
  let directives = new Set<string>();
  const known = new Map<string, ReadonlySet<string>>();

  const skipComment = (): void => {
    while (at < text.length && text.charCodeAt(at) !== NEWLINE && text.charCodeAt(at) !== RETURN) at += 1;
  };
  const skipIgnored = (): void => {
    for (; at < text.length; at += 1) {
      const char = text.charCodeAt(at);
      if (char === HASH) {
        skipComment();
        at -= 1;
      } else if (!isIgnored(char)) return;
    }
  };
  const skipString = (): void => {
    if (text.startsWith('"""', at)) {
      at = text.indexOf('"""', at + 3);
      while (at !== -1 && text.charCodeAt(at - 1) === BACKSLASH) at = text.indexOf('"""', at + 3);
      at = at === -1 ? text.length : at + 3;
      return;
    }
    for (at += 1; at < text.length && text.charCodeAt(at) !== QUOTE; at += 1) {
      if (text.charCodeAt(at) === BACKSLASH) at += 1;
    }
    at += 1;
  };
  const readName = (wanted?: string): string => {
    let end = at;
    while (isNamePart(text.charCodeAt(end))) end += 1;
    const name = text.slice(at, end);
    if (wanted !== undefined && name !== wanted) return '';
    at = end;
    return name;
  };
  const isAt = (character: string): boolean => text[at] === character;
  /** From an opening bracket to what is after its closing one. */
  const skipBalanced = (): void => {
    let depth = 0;
    while (at < text.length) {
      const char = text.charCodeAt(at);
      if (char === QUOTE) {
        skipString();
        continue;
      }
      if (char === HASH) {
        skipComment();
        continue;
      }
      at += 1;
      if (char === AT) directives.add(readName());
      else if (opens(char)) depth += 1;
      else if (closes(char)) {
        depth -= 1;
        if (depth === 0) return;
      }
    }
  };

  return {
    at: () => at,
    goTo: (place: number) => void (at = place),
    /** To the next character that means something; false where there is none. */
    goOn(): boolean {
      skipIgnored();
      return at < text.length;
    },
    isAt,
    skipIgnored,
    skipBalanced,
    readName,
    skipDescription(): void {
      if (!isAt('"')) return;
      skipString();
      skipIgnored();
    },
    /** False where there is none. */
    skipDirective(): boolean {
      if (!isAt('@')) return false;
      at += 1;
      directives.add(readName());
      const end = at;
      skipIgnored();
      if (isAt('(')) skipBalanced();
      else at = end;
      return true;
    },
    /** Names with `|` or `&` between them. */
    skipNames(): void {
      let end: number;
      do {
        skipIgnored();
        if (isAt('|') || isAt('&')) at += 1;
        skipIgnored();
        readName();
        end = at;
        skipIgnored();
      } while (isAt('|') || isAt('&'));
      at = end;
    },
    /** Of a field, with the colon before it. */
    readType(): string {
      skipIgnored();
      while (isAt(':') || isAt('[')) {
        at += 1;
        skipIgnored();
      }
      const type = readName();
      for (let end = at; ; end = at) {
        skipIgnored();
        if (!isAt(']') && !isAt('!')) {
          at = end;
          return type;
        }
        at += 1;
      }
    },
    /** From here on, directives are gathered anew. */
    collect: () => void (directives = new Set()),
    /** The same set is the same object. */
    collected(): ReadonlySet<string> {
      const key = [...directives].sort().join();
      const set = known.get(key) ?? directives;
      known.set(key, set);
      return set;
    },
  };
}
