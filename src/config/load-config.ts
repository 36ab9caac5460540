// manifold.yaml + environment → frozen HubConfig. The only reader of the environment; called by the command line.
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { Scalar } from 'yaml';
import { HubFault } from '../faults/hub-fault.ts';
import { deepFreeze } from './deep-freeze.ts';
import { createIssueReader } from './describe-issues.ts';
import { hubConfigSchema, type HubConfig } from './hub-config.ts';
import { interpolate, retype } from './interpolate.ts';
import type { SourceKind } from './source-kind.ts';
import { eachScalar, parseYamlFile, toPlain, type KeyPath, type Problem, type YamlFile } from './yaml-file.ts';

export interface LoadConfigOptions {
  /** The file, or the folder that holds a manifold.yaml. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly kinds: readonly SourceKind[];
}

/** A configuration is written by hand: anything larger is a mistake. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Rejects with HUB_CONFIG_INVALID or HUB_CONFIG_VARIABLE_MISSING. The message has one line per problem, as
 * `manifold.yaml:12:5 sources.shop.timeoutMs: …`, and never repeats a value; `details.problems` holds the same lines.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<HubConfig> {
  const { file, text } = await readConfigFile(resolve(options.file));
  const shown = shownPath(file);
  const yaml = parseYamlFile(text);
  if (yaml.problems.length > 0) throw invalid(shown, yaml.problems);
  if (yaml.document.contents === null)
    throw new HubFault('HUB_CONFIG_INVALID', `${shown} is empty; name your sources in it`);

  const retyped = fillIn(yaml, options.env, shown);
  const settings = validate(yaml, retyped, options.kinds, shown);
  const { schema, sources, supergraph, ...rest } = settings;
  const folder = dirname(file);
  return deepFreeze({
    file,
    folder,
    ...rest,
    schemaFolder: resolve(folder, schema),
    ...(supergraph === undefined ? {} : { supergraphFile: resolve(folder, supergraph) }),
    sources: Object.entries(sources).map(([name, source]) => ({ name, settings: source })),
  });
}

async function readConfigFile(path: string): Promise<{ file: string; text: string }> {
  try {
    const entry = await stat(path);
    const file = entry.isDirectory() ? join(path, 'manifold.yaml') : path;
    const { size } = await stat(file);
    if (size > MAX_FILE_BYTES) {
      throw new HubFault('HUB_CONFIG_INVALID', `${shownPath(file)} is larger than 1 MiB: that is no configuration`);
    }
    return { file, text: await readFile(file, 'utf8') };
  } catch (error) {
    if (error instanceof HubFault) throw error;
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it cannot be read';
    throw new HubFault(
      'HUB_CONFIG_INVALID',
      `${shownPath(path)}: ${reason}; name the configuration with --config, a file or the folder of a manifold.yaml`,
      { cause: error },
    );
  }
}

/** Fills variables into the document. Returns what scalars that were one variable said as text. */
function fillIn(yaml: YamlFile, env: NodeJS.ProcessEnv, shown: string): ReadonlyMap<Scalar, string> {
  const retyped = new Map<Scalar, string>();
  const malformed: Problem[] = [];
  const missing: Problem[] = [];
  eachScalar(yaml.document, (scalar, path) => {
    if (typeof scalar.value !== 'string') return;
    const filled = interpolate(scalar.value, env);
    if (!filled.changed) return;
    if (filled.malformed !== undefined) malformed.push(yaml.problem(path, filled.malformed));
    for (const name of filled.missing) {
      missing.push(
        yaml.problem(path, `the environment variable ${name} is not set; set it, or write \${${name}:-default}`),
      );
    }
    scalar.value = filled.text;
    if (filled.whole) {
      scalar.value = retype(filled.text);
      if (typeof scalar.value !== 'string') retyped.set(scalar, filled.text);
    }
  });
  if (malformed.length > 0) throw invalid(shown, [...malformed, ...missing]);
  if (missing.length > 0) throw fault('HUB_CONFIG_VARIABLE_MISSING', shown, missing);
  return retyped;
}

/**
 * A variable's text has no type of its own: `12345` may be a port or an API key. It is read as YAML would, and where
 * the schema then asks for a string, taken as the text it was.
 */
function validate(yaml: YamlFile, retyped: ReadonlyMap<Scalar, string>, kinds: readonly SourceKind[], shown: string) {
  const schema = hubConfigSchema(kinds);
  for (;;) {
    const { value, tooManyAliases } = toPlain(yaml.document);
    if (tooManyAliases) throw invalid(shown, [yaml.problem([], 'the aliases multiply to too many values')]);
    const reader = createIssueReader(value);
    const parsed = schema.safeParse(value, { error: reader.error });
    if (parsed.success) return parsed.data;
    const issues = reader.describe(parsed.error.issues);
    // Ends: a variable is taken as text once, and never turned back.
    const asText = issues.filter(({ path, expected }) => expected === 'string' && takeAsText(yaml, path, retyped));
    if (asText.length > 0) continue;
    throw invalid(
      shown,
      issues.map(({ path, message }) => yaml.problem(path, message)),
    );
  }
}

/** Whether there was a variable at the path that was not text yet. */
function takeAsText(yaml: YamlFile, path: KeyPath, retyped: ReadonlyMap<Scalar, string>): boolean {
  const scalar = yaml.scalar(path);
  const text = scalar === undefined ? undefined : retyped.get(scalar);
  if (scalar === undefined || text === undefined || scalar.value === text) return false;
  scalar.value = text;
  return true;
}

function invalid(shown: string, problems: readonly Problem[]): HubFault {
  return fault('HUB_CONFIG_INVALID', shown, problems);
}

function fault(
  code: 'HUB_CONFIG_INVALID' | 'HUB_CONFIG_VARIABLE_MISSING',
  shown: string,
  problems: readonly Problem[],
): HubFault {
  const lines = problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, path, message }) => {
      const key = path.length === 0 ? '' : `${path.join('.')}: `;
      return `${shown}:${line}:${column} ${key}${message}`;
    });
  return new HubFault(code, lines.join('\n'), { details: { at: shown, problems: lines } });
}

/** Relative to where the person stands, so that terminals can open it. */
function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}
