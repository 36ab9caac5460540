// manifold.yaml as text in, a document that still knows its lines and columns out. Used by load-config.ts alone.
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type ErrorCode,
  type ParsedNode,
  type Scalar,
} from 'yaml';

export type KeyPath = readonly (string | number)[];

/** One thing that is wrong in the file. */
export interface Problem {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Keys from the root, empty for the file as a whole. */
  readonly path: KeyPath;
  /** Never holds a value of the file: it may be a secret. */
  readonly message: string;
}

export interface YamlFile {
  readonly document: Document.Parsed;
  /** Problems of the text itself; where there are any, the rest must not be used. */
  readonly problems: readonly Problem[];
  /** Builds the problem at a path: the position of its key, or of the deepest key of the path that is there. */
  problem(path: KeyPath, message: string): Problem;
  /** The scalar at a path, aliases followed. */
  scalar(path: KeyPath): Scalar | undefined;
}

/** The library's own messages quote the text, which may be a secret. */
const SYNTAX: Partial<Record<ErrorCode, string>> = {
  BAD_DQ_ESCAPE: 'this escape is not one of a double-quoted string',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BAD_SCALAR_START: 'a plain value cannot start with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a block cannot start here; put a value that holds ": " in quotes',
  DUPLICATE_KEY: 'the key is there twice',
  MISSING_CHAR: 'a character is missing here: a closing quote, bracket or comma, or the ":" after a key',
  MULTIPLE_DOCS: 'the file holds several documents; one is expected',
  RESOURCE_EXHAUSTION: 'the file is nested too deeply',
  TAB_AS_INDENT: 'a tab cannot indent; use spaces',
  TAG_RESOLVE_FAILED: 'this tag is not known',
};

const MAX_ALIASES = 100;

export function parseYamlFile(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, path: KeyPath, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1), path, message };
  };
  const file = {
    document,
    problem: (path: KeyPath, message: string) => at(find(document, path).offset, path, message),
    scalar: (path: KeyPath) => {
      const { node, whole } = find(document, path);
      return whole && isScalar(node) ? node : undefined;
    },
  };
  const problems = [...document.errors, ...document.warnings].map(({ code, pos }) =>
    at(pos[0], [], SYNTAX[code] ?? 'this is not valid YAML'),
  );
  if (problems.length === 0) problems.push(...structureProblems(document, file.problem));
  return { ...file, problems };
}

/**
 * The plain value of the document. `tooManyAliases` is true where aliases would make it explode
 * ("billion laughs"); nothing is expanded then.
 */
export function toPlain(document: Document.Parsed): { readonly value: unknown; readonly tooManyAliases: boolean } {
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), tooManyAliases: false };
  } catch {
    return { value: undefined, tooManyAliases: true };
  }
}

interface Found {
  readonly node: unknown;
  readonly offset: number;
  /** Whether the whole path was there. */
  readonly whole: boolean;
}

function find(document: Document.Parsed, path: KeyPath): Found {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap<ParsedNode, ParsedNode>(node)) {
      const pair = node.items.find(({ key }) => keyText(key) === String(step));
      if (pair === undefined) return { node, offset, whole: false };
      offset = pair.key.range[0];
      node = pair.value;
    } else if (isSeq<ParsedNode>(node) && typeof step === 'number') {
      const item = node.items[step];
      if (item === undefined) return { node, offset, whole: false };
      offset = item.range[0];
      node = item;
    } else {
      return { node, offset, whole: false };
    }
  }
  if (isAlias(node)) node = node.resolve(document);
  return { node, offset, whole: true };
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
}

/** Walks every scalar value (not keys) once; an aliased one at its anchor. */
export function eachScalar(document: Document.Parsed, visit: (scalar: Scalar, path: KeyPath) => void): void {
  const walk = (node: unknown, path: KeyPath): void => {
    if (isScalar(node)) visit(node, path);
    else if (isMap(node)) for (const pair of node.items) walk(pair.value, [...path, keyText(pair.key)]);
    else if (isSeq(node)) node.items.forEach((item, index) => walk(item, [...path, index]));
  };
  walk(document.contents, []);
}

/** What YAML allows and a configuration does not: keys that are no names, and values that contain themselves. */
function structureProblems(document: Document.Parsed, problem: YamlFile['problem']): Problem[] {
  const problems: Problem[] = [];
  const walk = (node: unknown, path: KeyPath, above: readonly unknown[]): void => {
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) problems.push(problem(path, 'the alias does not name an anchor above it'));
      else if (above.includes(target)) problems.push(problem(path, 'the alias contains itself'));
    } else if (isMap(node)) {
      for (const pair of node.items) {
        const at = [...path, keyText(pair.key)];
        if (!isScalar(pair.key)) problems.push(problem(path, 'a key must be a plain name'));
        else if (pair.key.value === '__proto__') problems.push(problem(at, 'is not a key that can be used'));
        walk(pair.value, at, [...above, node]);
      }
    } else if (isSeq(node)) {
      node.items.forEach((item, index) => walk(item, [...path, index], [...above, node]));
    }
  };
  walk(document.contents, [], []);
  return problems;
}
