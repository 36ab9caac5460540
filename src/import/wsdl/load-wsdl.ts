// WSDL reference in, WsdlModel out: used by the importer for SDL and by the SOAP connector for encoding and decoding.
import type { ImportNote, ImportProgress } from '../../config/import-report.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import type { AddNote } from './add-note.ts';
import { documentationOf } from './documentation.ts';
import { readDocuments } from './read-documents.ts';
import { createSchemaSet } from './schema-set.ts';
import { readOperations } from './read-operations.ts';
import { createTypeResolver } from './xsd-types.ts';
import type { WsdlModel } from './wsdl-model.ts';
import { WSDL } from './namespaces.ts';
import { childOf, type XmlElement } from './xml-tree.ts';
import { xpathOf } from './xpath.ts';

const MAX_NOTES = 2_000;

/**
 * @param spec path relative to `folder`, or url.
 * @param hosts other hosts that imports may lead to.
 * Rejects with HUB_IMPORT_UNREADABLE, _REFERENCE, _TOO_LARGE or _INVALID; the latter also where not one operation is left.
 */
export async function loadWsdl(
  spec: string,
  folder: string,
  hosts: readonly string[] = [],
  progress?: ImportProgress,
): Promise<WsdlModel> {
  const documents = await readDocuments(spec, folder, hosts, progress);
  progress?.('naming and typing its operations');
  const notes = new Map<string, ImportNote>();
  const lossyNodes = new Set<XmlElement>();
  const note: AddNote = (element, message, kind = 'loss') => {
    if (kind === 'loss') lossyNodes.add(element);
    if (notes.size >= MAX_NOTES) {
      notes.set('', {
        at: '#',
        message: `there are more notes than ${MAX_NOTES}: the rest is not shown`,
        kind: 'advice',
      });
      return;
    }
    const at = xpathOf(element);
    notes.set(`${at} ${message}`, { at, message, kind });
  };
  for (const { at, message } of documents.notes) note(at, message);
  const schemas = createSchemaSet(documents.schemas);
  const types = createTypeResolver(schemas, note);
  const operations = located(documents.location, () => {
    const read = readOperations(documents.definitions, types, note, () => lossyNodes.size);
    types.complete();
    return read;
  });
  if (operations.length === 0) {
    const [first] = notes.values();
    const bound = documents.definitions.some((root) => childOf(root, WSDL, 'binding') !== undefined);
    const unbound = bound ? '' : ': it has no binding, which would say how to call what it describes';
    const reason = first === undefined ? unbound : `; first reason: ${first.at}: ${first.message}`;
    throw new HubFault(
      'HUB_IMPORT_INVALID',
      `${documents.location}: the WSDL offers no SOAP operation that can be imported${reason}`,
    );
  }
  const [main] = documents.definitions;
  const service = main === undefined ? undefined : childOf(main, WSDL, 'service');
  const lossyTypes = types.owners(lossyNodes);
  return {
    title: service?.attributes.get('name') ?? main?.attributes.get('name') ?? 'SOAP service',
    documentation: (service && documentationOf(service)) ?? (main && documentationOf(main)),
    operations,
    notes: [...notes.values()],
    location: documents.location,
    digest: documents.digest,
    typeNamed: (uri, local) => {
      if (schemas.find('type', uri, local) === undefined) return undefined;
      const type = types.type(uri, local);
      types.complete();
      return type;
    },
    isLossy: (type) => lossyTypes.has(type),
  };
}

/** What is too much is too much of the description as a whole. */
function located<T>(location: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const fault = toHubFault(error);
    if (fault.code !== 'HUB_IMPORT_TOO_LARGE') throw error;
    throw new HubFault(fault.code, `${location} is refused: ${fault.message}`, { cause: error });
  }
}
