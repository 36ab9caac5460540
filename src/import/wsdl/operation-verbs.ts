// What the name of a SOAP operation says that it does. WSDL has no notion of a safe call, so names are all there is;
// a name that does not clearly read is taken to write.

const READS = new Set(
  (
    'get find list search read query check is has can count lookup look validate verify convert calculate compute ' +
    'fetch retrieve describe show view select browse estimate resolve exists'
  ).split(' '),
);
const CREATES = new Set('create add insert register reserve new'.split(' '));
const DELETES = new Set('delete remove'.split(' '));
const WRITES = new Set(
  'set put update modify change save store reset replace lock unlock clear send pop write upload assign commit mark'.split(
    ' ',
  ),
);
const CONJUNCTIONS = new Set(['and', 'or', 'then']);

/** "GetStockLevels" → get, stock, levels. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z\d]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/**
 * Whether the operation only reads, so that it may be repeated and shared: its first word reads, and nothing else is done
 * beside it ("GetOrCreate", "ReadAndDelete", "CheckOut").
 */
export function isReading(name: string): boolean {
  const [first = '', ...rest] = wordsOf(name);
  if (!READS.has(first)) return false;
  if (first === 'check' && (rest[0] === 'in' || rest[0] === 'out')) return false;
  return !rest.some((word, index) => CONJUNCTIONS.has(word) && isWriting(rest[index + 1]));
}

function isWriting(word: string | undefined): boolean {
  return word !== undefined && (WRITES.has(word) || CREATES.has(word) || DELETES.has(word));
}

/** What a writing operation does to the entity it returns. */
export function changeOf(name: string): 'CREATED' | 'UPDATED' | 'DELETED' {
  const [first = ''] = wordsOf(name);
  if (CREATES.has(first)) return 'CREATED';
  return DELETES.has(first) ? 'DELETED' : 'UPDATED';
}
