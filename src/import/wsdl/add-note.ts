// How the readers of a WSDL tell what could not be expressed: it ends up in the import report.

/** `at`: a qualified name of the WSDL or its schemas. The same note twice is one note. */
export type AddNote = (at: string, message: string) => void;
