// Type definitions in, SDL text out: root types first, the others by name, so that a changed description makes a small diff.
import { Kind, print } from 'graphql';
import { quote, type ArgumentDef, type EnumValueDef, type FieldDef, type TypeDef } from './sdl-model.ts';

/** Twice the longest description known. */
const MAX_DESCRIPTION = 400_000;

const ROOTS = ['Query', 'Mutation'];

/** @param header lines of the comment at the top. Ends with a line break. */
export function printSdl(types: readonly TypeDef[], header: readonly string[]): string {
  const roots = ROOTS.flatMap((root) => types.filter(({ name }) => name === root));
  const others = types.filter(({ name }) => !ROOTS.includes(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const comment = header.map((line) => `# ${plainText(line).replaceAll(/\s+/g, ' ').trim()}`).join('\n');
  return `${[comment, ...[...roots, ...others].map(printType)].join('\n\n')}\n`;
}

function printType(type: TypeDef): string {
  const head = printDescription(type.description, '');
  switch (type.kind) {
    case 'object':
      return `${head}type ${type.name}${joined(type.directives)} {\n${printFields(type.fields)}\n}`;
    case 'input':
      return `${head}input ${type.name}${joined(type.directives ?? [])} {\n${printFields(type.fields)}\n}`;
    case 'enum':
      return `${head}enum ${type.name} {\n${type.values.map(printEnumValue).join('\n')}\n}`;
    case 'union':
      return `${head}union ${type.name}${joined(type.directives)} = ${type.members.join(' | ')}`;
    case 'scalar':
      return `${head}scalar ${type.name}`;
  }
}

function printFields(fields: readonly FieldDef[]): string {
  return fields
    .map((field) => {
      const args = printArguments(field.args);
      const directives = joined([...field.directives, ...mapping(field), ...deprecation(field)]);
      return `${printDescription(field.description, '  ')}  ${field.name}${args}: ${field.type}${preset(field)}${directives}`;
    })
    .join('\n');
}

function printArguments(args: readonly ArgumentDef[]): string {
  if (args.length === 0) return '';
  const plain = args.every((argument) => argument.description === undefined);
  const texts = args.map(
    (argument) =>
      `${argument.name}: ${argument.type}${preset(argument)}${joined([...(argument.directives ?? []), ...mapping(argument), ...deprecation(argument)])}`,
  );
  const line = `(${texts.join(', ')})`;
  if (plain && line.length <= 100) return line;
  const lines = args.map(
    (argument, index) => `${printDescription(argument.description, '    ')}    ${texts[index] ?? ''}`,
  );
  return `(\n${lines.join('\n')}\n  )`;
}

function printEnumValue(value: EnumValueDef): string {
  return `  ${value.name}${joined(mapping(value))}`;
}

function preset(argument: ArgumentDef): string {
  return argument.default === undefined ? '' : ` = ${argument.default}`;
}

function mapping({ upstream }: { readonly upstream: string | undefined }): string[] {
  return upstream === undefined ? [] : [`@map(name: ${quote(upstream)})`];
}

function deprecation({ deprecated }: { readonly deprecated: string | undefined }): string[] {
  return deprecated === undefined ? [] : [`@deprecated(reason: ${quote(deprecated)})`];
}

function joined(directives: readonly string[]): string {
  return directives.map((directive) => ` ${directive}`).join('');
}

/** Control characters, which an editor or a terminal might obey, are dropped. */
function plainText(text: string): string {
  return (
    text
      .toWellFormed()
      .replaceAll(/\r\n?/g, '\n')
      // eslint-disable-next-line no-control-regex -- they are what is looked for
      .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
  );
}

function shortened(text: string): string {
  return text.length > MAX_DESCRIPTION ? `${text.slice(0, MAX_DESCRIPTION)}…` : text;
}

function printDescription(description: string | undefined, indent: string): string {
  const text = (description === undefined ? undefined : plainText(shortened(description)))
    ?.split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
  if (text === undefined || text === '') return '';
  const block = text.includes('\n') || text.length > 90;
  const printed = print({ kind: Kind.STRING, value: text, block });
  return `${printed
    .split('\n')
    .map((line) => (line === '' ? '' : `${indent}${line}`))
    .join('\n')}\n`;
}
