// The body of a call: a value under upstream names → what goes over the wire, and its content type. Prepared once a field.
import { getNamedType, isInputObjectType, isListType, isNonNullType, type GraphQLInputType } from 'graphql';
import { HEADER_NAME } from '../../contract/header-name.ts';
import { directiveArgs, upstreamName } from '../local/hub-directives.ts';
import { toFile } from './file-value.ts';
import { formPairs, toUrlEncoded } from './form-body.ts';
import { encodeMultipart, ONLY_PART, type MultipartForm, type PartHeader } from './multipart-body.ts';
import { readSerialization, writeExact, type Serialization } from './serialize.ts';
import { toText } from './to-text.ts';
import { TemplateMistake } from './uri-template.ts';
import { compileXmlWriter } from './xml-writer.ts';

export type BodyEncoding = 'json' | 'form' | 'multipart' | 'xml' | 'ndjson' | 'text' | 'binary';

export interface EncodedBody {
  readonly contentType: string;
  readonly content: string | Uint8Array;
}

/** Throws TemplateMistake where the value cannot be written so. */
export type EncodeBody = (value: unknown) => EncodedBody | Promise<EncodedBody>;

export interface BodyOptions {
  /** Of the argument that is the body; undefined where several arguments are. */
  readonly type: GraphQLInputType | undefined;
  /** Name of the outermost element of XML. */
  readonly root: string | undefined;
  /** What the call says that its body is; undefined where it is what is usual. */
  readonly contentType: string | undefined;
}

export function compileBody(encoding: BodyEncoding, { type, root, contentType: given }: BodyOptions): EncodeBody {
  switch (encoding) {
    case 'json':
      return (value) => ({ contentType: 'application/json', content: JSON.stringify(value, writeExact) });
    case 'ndjson': {
      // RFC 7464, section 2.2: a record separator before each.
      const start = given === 'application/json-seq' ? '\u001e' : '';
      return (value) => ({
        contentType: 'application/x-ndjson',
        content: (Array.isArray(value) ? value : [value])
          .map((one) => `${start}${JSON.stringify(one, writeExact)}\n`)
          .join(''),
      });
    }
    case 'form': {
      const { styles } = readForm(type);
      const contentType = 'application/x-www-form-urlencoded';
      return (value) => ({ contentType, content: toUrlEncoded(formPairs(value, styles)) });
    }
    case 'multipart': {
      const form = readForm(type);
      return (value) => encodeMultipart(value, form, given);
    }
    case 'xml': {
      const write = compileXmlWriter(type, root ?? 'root');
      return (value) => ({ contentType: 'application/xml', content: write(value) });
    }
    case 'text':
      return (value) => ({ contentType: 'text/plain; charset=utf-8', content: toText(value) });
    case 'binary':
      return async (value) => {
        const { blob } = toFile(value);
        const contentType = blob.type === '' ? 'application/octet-stream' : blob.type;
        return { contentType, content: new Uint8Array(await blob.arrayBuffer()) };
      };
  }
}

function readForm(type: GraphQLInputType | undefined): MultipartForm {
  const styles = new Map<string, Serialization>();
  const files = new Set<string>();
  const xml = new Map<string, (value: unknown) => string>();
  const headers = new Map<string, readonly PartHeader[]>();
  if (type !== undefined && getNamedType(type).name === 'Upload') files.add(ONLY_PART);
  const named = type === undefined ? undefined : isNonNullType(type) ? type.ofType : type;
  if (!isInputObjectType(named) || isListType(named)) return { styles, files, xml, headers };
  for (const field of Object.values(named.getFields())) {
    const name = upstreamName(field.astNode, field.name);
    const own = readSerialization(field.astNode);
    const header = directiveArgs(field.astNode, 'partHeader');
    if (header !== undefined) {
      const of = String(header.of);
      headers.set(of, [...(headers.get(of) ?? []), { name: headerName(String(header.name)), from: name }]);
    }
    if (own !== undefined) styles.set(name, own);
    if (/[/+]xml\b/.test(own?.contentType ?? '')) xml.set(name, compileXmlWriter(field.type, name));
    if (getNamedType(field.type).name === 'Upload') files.add(name);
  }
  return { styles, files, xml, headers };
}

/** Throws TemplateMistake where a part cannot have it. */
function headerName(name: string): string {
  if (HEADER_NAME.test(name) && !/^content-(?:type|disposition)$/i.test(name)) return name;
  throw new TemplateMistake(`"${name}" is no header that the part of a form can have`);
}
