// How the readers of a WSDL tell what could not be expressed: it ends up in the import report.
import type { ImportNoteKind } from '../../config/import-report.ts';
import type { XmlElement } from './xml-tree.ts';

/**
 * `at`: what could not be expressed, or where it is used; the report gives its path. The same note twice is one note.
 * By default it is a loss.
 */
export type AddNote = (at: XmlElement, message: string, kind?: ImportNoteKind) => void;
