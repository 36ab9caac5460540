// What is the name of an HTTP header (RFC 9110, section 5.1): a token.
export const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
