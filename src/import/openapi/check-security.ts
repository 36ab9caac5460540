// What a description wants as credentials, held against what a source is configured with. Called by `manifold check`.
import { listed, type CredentialSettings } from '../../config/source-settings.ts';
import type { ApiOperation, ApiSecurityScheme } from './document-model.ts';

export interface SecurityScheme extends ApiSecurityScheme {
  /** Names of the schemes any of which does instead, wherever this one is wanted. */
  readonly alternatives: readonly string[];
}

const MAX_ALTERNATIVES = 100;

/** Schemes that at least one operation cannot do without, in the order in which the document defines them. */
export function requiredSecurity(
  operations: readonly ApiOperation[],
  schemes: ReadonlyMap<string, ApiSecurityScheme>,
): readonly SecurityScheme[] {
  const alternatives = new Map<string, Set<string>>();
  for (const security of new Set(operations.map((operation) => operation.security))) {
    if (security.length === 0 || security.some((requirement) => requirement.length === 0)) continue;
    // Nobody is asked for one of so many.
    if (security.length > MAX_ALTERNATIVES) continue;
    for (const name of new Set(security.flat())) {
      const others = new Set(security.filter((requirement) => !requirement.includes(name)).flat());
      const before = alternatives.get(name);
      alternatives.set(name, before === undefined ? others : new Set([...before].filter((one) => others.has(one))));
    }
  }
  return [...schemes.values()].flatMap((scheme) => {
    const others = alternatives.get(scheme.name);
    return others === undefined ? [] : [{ ...scheme, alternatives: [...others] }];
  });
}

/** One warning for each credential that the description wants and `auth` does not supply, with what to write. */
export function checkSecurity(security: readonly SecurityScheme[], auth: CredentialSettings): string[] {
  const supplied = new Set(security.filter((scheme) => supplies(scheme, auth)).map((scheme) => scheme.name));
  const warned = new Set<string>();
  return security.flatMap((scheme) => {
    if (supplied.has(scheme.name) || scheme.alternatives.some((name) => supplied.has(name))) return [];
    // Of alternatives, one warning names them all.
    if (scheme.alternatives.some((name) => warned.has(name))) return [];
    warned.add(scheme.name);
    const others =
      scheme.alternatives.length === 0 ? '' : ` (or ${scheme.alternatives.map((name) => `"${name}"`).join(', ')})`;
    return [
      `the description wants the credential "${scheme.name}"${others}, ${describe(scheme)}; auth does not supply it`,
    ];
  });
}

function supplies(scheme: ApiSecurityScheme, auth: CredentialSettings): boolean {
  const sendsHeader = (name: string): boolean =>
    [...listed(auth.header).map((one) => one.name), ...(auth.forward ?? [])].some(
      (one) => one.toLowerCase() === name.toLowerCase(),
    );
  const sendsToken = auth.bearer !== undefined || auth.oauth2 !== undefined;
  switch (scheme.type) {
    case 'apiKey': {
      if (scheme.parameter === undefined) return true;
      if (scheme.in === 'query') return listed(auth.query).some(({ name }) => name === scheme.parameter);
      if (scheme.in === 'cookie') {
        return sendsHeader('cookie') || listed(auth.cookie).some(({ name }) => name === scheme.parameter);
      }
      const isAuthorization = scheme.parameter.toLowerCase() === 'authorization';
      return sendsHeader(scheme.parameter) || (isAuthorization && (sendsToken || auth.basic !== undefined));
    }
    case 'http':
      if (sendsHeader('authorization')) return true;
      return scheme.scheme === 'basic' ? auth.basic !== undefined : scheme.scheme !== 'bearer' || sendsToken;
    case 'oauth2':
    case 'openIdConnect':
      return sendsToken || sendsHeader('authorization');
    case 'mutualTLS':
      return auth.clientCertificate !== undefined;
    case 'unknown':
      return true;
  }
}

function describe(scheme: ApiSecurityScheme): string {
  const name = scheme.parameter ?? '';
  switch (scheme.type) {
    case 'apiKey':
      if (scheme.in === 'query')
        return `an API key in the query parameter "${name}": auth: { query: { name: ${name}, value: … } }`;
      if (scheme.in === 'cookie') return `a cookie "${name}": auth: { cookie: { name: ${name}, value: … } }`;
      return `an API key in the header "${name}": auth: { header: { name: ${name}, value: … } }`;
    case 'http':
      return scheme.scheme === 'basic'
        ? 'a user and a password: auth: { basic: { username: …, password: … } }'
        : 'a bearer token: auth: { bearer: { token: … } }';
    case 'oauth2':
    case 'openIdConnect':
      return `an OAuth 2 token: auth: { oauth2: { … } } or auth: { bearer: { token: … } }`;
    case 'mutualTLS':
      return 'a client certificate: auth: { clientCertificate: { cert: …, key: … } }';
    case 'unknown':
      return 'of a kind that the hub does not know';
  }
}
