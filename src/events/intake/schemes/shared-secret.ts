// Senders that do not sign but know a secret: HTTP Basic (RFC 7617), or a header with a token in it.
import type { Scheme } from '../scheme.ts';
import { secretMatches } from '../signatures.ts';

export interface SharedSecretOptions {
  readonly secrets: readonly string[];
  readonly deliveryIdHeader: string | undefined;
}

/** `secrets` are "user:password". */
export function basic({ secrets, deliveryIdHeader }: SharedSecretOptions): Scheme {
  return {
    verify({ headers }) {
      const [scheme = '', credentials = ''] = (headers.authorization ?? '').split(' ', 2);
      const matches = secretMatches(Buffer.from(credentials, 'base64').toString('utf8'), secrets);
      return matches && scheme.toLowerCase() === 'basic';
    },
    deliveryId: idIn(deliveryIdHeader),
  };
}

export function token({
  secrets,
  deliveryIdHeader,
  header,
}: SharedSecretOptions & { readonly header: string }): Scheme {
  return {
    verify: ({ headers }) => secretMatches(headers[header] ?? '', secrets),
    deliveryId: idIn(deliveryIdHeader),
  };
}

export function unsigned({ deliveryIdHeader }: Pick<SharedSecretOptions, 'deliveryIdHeader'>): Scheme {
  return { verify: () => true, deliveryId: idIn(deliveryIdHeader) };
}

function idIn(header: string | undefined): Scheme['deliveryId'] {
  return ({ headers }) => (header === undefined ? undefined : headers[header]);
}
