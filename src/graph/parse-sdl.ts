// SDL text in, document out; what does not parse is named by file, line and column.
import { GraphQLError, Kind, parse, type DocumentNode, type Source } from 'graphql';
import { HubFault } from '../faults/hub-fault.ts';

/** Places take twice the memory of everything else. */
const MAX_LOCATED_CHARS = 2_000_000;

/** Whether what is parsed of it says where in the text it is, so that mistakes are named by file and line. */
export const hasPlaces = ({ body }: Source): boolean => body.length <= MAX_LOCATED_CHARS;

/** @param places whether to have them; by default where the text is not large. Throws HUB_COMPOSE_SDL. */
export function parseSdl(source: Source, places = hasPlaces(source)): DocumentNode {
  // A folder may hold a file that is still empty, or nothing but comments.
  if (/^(?:\s|#.*)*$/.test(source.body)) return { kind: Kind.DOCUMENT, definitions: [] };
  try {
    return parse(source, { noLocation: !places });
  } catch (thrown) {
    if (!(thrown instanceof GraphQLError)) throw thrown;
    const place = thrown.locations?.[0];
    const at = place === undefined ? source.name : `${source.name}:${place.line}:${place.column}`;
    throw new HubFault('HUB_COMPOSE_SDL', `${at}: ${thrown.message}`, { details: { at }, cause: thrown });
  }
}
