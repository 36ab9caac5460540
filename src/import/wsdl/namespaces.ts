// The namespaces of WSDL 1.1, XML Schema and SOAP, by the names this folder uses for them.

export const WSDL = 'http://schemas.xmlsoap.org/wsdl/';
export const WSDL20 = 'http://www.w3.org/ns/wsdl';
export const SOAP11_BINDING = 'http://schemas.xmlsoap.org/wsdl/soap/';
export const SOAP12_BINDING = 'http://schemas.xmlsoap.org/wsdl/soap12/';
export const HTTP_BINDING = 'http://schemas.xmlsoap.org/wsdl/http/';
export const MIME_BINDING = 'http://schemas.xmlsoap.org/wsdl/mime/';
export const XSD = 'http://www.w3.org/2001/XMLSchema';
export const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
export const SOAP11_ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/';
export const SOAP12_ENVELOPE = 'http://www.w3.org/2003/05/soap-envelope';
export const SOAP11_ENCODING = 'http://schemas.xmlsoap.org/soap/encoding/';
const SOAP12_ENCODING = 'http://www.w3.org/2003/05/soap-encoding';
export const SWA_REF = 'http://ws-i.org/profiles/basic/1.1/xsd';
export const XML = 'http://www.w3.org/XML/1998/namespace';

/** What descriptions name that are older than the standards, or that leave out the last character: namespaces of one meaning. */
const SAME: Readonly<Record<string, string>> = {
  'http://www.w3.org/1999/XMLSchema': XSD,
  'http://www.w3.org/2000/10/XMLSchema': XSD,
  'http://www.w3.org/2001/XMLSchema/': XSD,
  'http://www.w3.org/2001/06/soap-encoding': SOAP12_ENCODING,
  'http://www.w3.org/2001/09/soap-encoding': SOAP12_ENCODING,
  'http://www.w3.org/2001/12/soap-encoding': SOAP12_ENCODING,
  'http://www.w3.org/2002/06/soap-encoding': SOAP12_ENCODING,
  'http://www.w3.org/2002/12/soap-encoding': SOAP12_ENCODING,
  'http://schemas.xmlsoap.org/soap/encoding': SOAP11_ENCODING,
  'http://schemas.xmlsoap.org/wsdl': WSDL,
  'http://schemas.xmlsoap.org/wsdl/soap': SOAP11_BINDING,
  'http://schemas.xmlsoap.org/wsdl/soap12': SOAP12_BINDING,
  'http://schemas.xmlsoap.org/wsdl/http': HTTP_BINDING,
  'http://schemas.xmlsoap.org/wsdl/mime': MIME_BINDING,
};

/** The namespace that a description means. */
export const meantNamespace = (uri: string): string => (Object.hasOwn(SAME, uri) ? (SAME[uri] ?? uri) : uri);

export const isXsd = (uri: string): boolean => uri === XSD;
export const isSoapEncoding = (uri: string): boolean => uri === SOAP11_ENCODING || uri === SOAP12_ENCODING;
