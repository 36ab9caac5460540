// SDL texts of random subgraphs, which share some of their types: mostly such that they compose, and some with mistakes.
import fc from 'fast-check';

const DIRECTIVES = [
  'key',
  'shareable',
  'external',
  'requires',
  'provides',
  'override',
  'inaccessible',
  'tag',
  'authenticated',
  'requiresScopes',
  'cost',
  'listSize',
];
export const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${DIRECTIVES.map((name) => `"@${name}"`).join(', ')}])`;

const OBJECTS = ['A', 'B', 'C', 'D', 'E', 'F'];
const INTERFACES = ['Named', 'Aged'];
const UNIONS = ['Found', 'Kept'];
const ENUMS = ['Sort', 'Color'];
const INPUTS = ['New', 'Filter'];
const SCALARS = ['DateTime'];
const BUILT_IN = ['Int', 'String', 'Boolean', 'ID'];
const FIELDS = ['a', 'b', 'c', 'd', 'e'];

/** Draws of one sample: each asks for one thing, with so much of a chance, or for one of several. */
interface Draws {
  readonly chance: (percent: number) => boolean;
  readonly one: <T>(of: readonly T[]) => T;
  readonly some: <T>(of: readonly T[], percent: number) => readonly T[];
}

function drawsOf(gen: fc.GeneratorValue): Draws {
  const chance = (percent: number): boolean => gen(fc.nat, { max: 99 }) >= 100 - percent;
  return {
    chance,
    one: <T>(of: readonly T[]) => of[gen(fc.nat, { max: of.length - 1 })] as T,
    some: (of, percent) => of.filter(() => chance(percent)),
  };
}

/** Texts of one to three subgraphs, without a `@link`. */
export const randomSdls: fc.Arbitrary<readonly string[]> = fc.gen().map((gen) => {
  const draws = drawsOf(gen);
  const { chance, one, some } = draws;
  const mistaken = chance(20);
  const outputs = [...OBJECTS, ...INTERFACES, ...UNIONS, ...ENUMS, ...SCALARS, ...BUILT_IN];
  const inputs = [...INPUTS, ...ENUMS, ...SCALARS, ...BUILT_IN];
  // What several subgraphs have is mostly the same in all of them.
  const remembered = new Map<string, string>();
  const agree = (what: string, make: () => string): string => {
    if (chance(2)) return make();
    const known = remembered.get(what) ?? make();
    remembered.set(what, known);
    return known;
  };
  const wrapped = (name: string): string => one([name, name, `${name}!`, `[${name}!]`, `[${name}]!`]);
  const subgraphs = one([1, 2, 2, 3]);
  const owned = Array.from({ length: subgraphs }, () => new Set(some([...outputs, ...inputs], 50)));
  const shared = (name: string): boolean => owned.filter((names) => names.has(name)).length > 1;

  return owned.map((known, subgraph) => {
    const has = (type: string): boolean => BUILT_IN.includes(namedIn(type)) || known.has(namedIn(type));
    const described = (): string =>
      chance(15) ? one(['"What it is."\n', '"""\nWhat it is,\n  and {more}.\n"""\n']) : '';
    const marks = (type: string): string =>
      [
        shared(type) && chance(90) ? '@shareable' : '',
        ...some(['@deprecated(reason: "old {"', '@deprecated'], 6)
          .map((mark) => (mark.endsWith('"') ? `${mark})` : mark))
          .slice(0, 1),
        ...some(['@inaccessible', '@tag(name: "x")', '@authenticated', '@cost(weight: 3)'], 2),
        subgraph > 0 && chance(2) ? '@override(from: "s0")' : '',
      ].join(' ');
    const argument = (coordinate: string): string => {
      const type = agree(coordinate, () => wrapped(one(mistaken && chance(10) ? outputs : inputs)));
      return has(type) ? `(${coordinate.replace(/.*\./, '')}: ${type}${type === 'Int' ? ' = 3' : ''})` : '';
    };
    const field = (type: string, name: string, more = ''): string => {
      const of = agree(`${type}.${name}`, () =>
        wrapped(one(mistaken && chance(5) ? [...outputs, ...inputs] : outputs)),
      );
      if (!has(of)) return '';
      const takes = agree(`${type}.${name}()`, () => (chance(25) ? 'x' : '')) === 'x';
      return `${described()}${name}${takes ? argument(`${type}.${name}.x`) : ''}: ${of} ${marks(type)} ${more}`;
    };
    const block = (lines: readonly string[], otherwise: string): string => {
      const written = lines.filter((line) => line !== '');
      return `{\n${(written.length === 0 ? [otherwise] : written).join('\n')}\n}`;
    };
    const objects = OBJECTS.filter((name) => known.has(name)).map((name) => {
      const keyed = agree(`${name} @key`, () => (chance(50) ? 'yes' : '')) === 'yes';
      const implemented = INTERFACES.filter((one) => known.has(one)).filter(
        (one) => agree(`${name} ${one}`, () => (chance(25) ? 'yes' : '')) === 'yes',
      );
      const own = implemented.map((one) => `${one.toLowerCase()}: Int ${shared(name) ? '@shareable' : ''}`);
      if (keyed && chance(35))
        return `type ${name} @key(fields: "id", resolvable: false) { id: ID${chance(3) ? '' : '!'} }`;
      const id = keyed ? `id: ID! ${chance(5) ? '@inaccessible' : ''}` : '';
      const heads = [
        implemented.length === 0 ? '' : `implements ${implemented.join(' & ')}`,
        keyed ? '@key(fields: "id")' : '',
        keyed && chance(5) ? '@key(fields: "a")' : '',
        ...some(['@shareable', '@tag(name: "t")', '@inaccessible', '@authenticated'], 2),
      ];
      const fields = some(FIELDS, 60).map((one) => field(name, one));
      return `${described()}type ${name} ${heads.join(' ')} ${block([id, ...(mistaken ? some(own, 90) : own), ...fields], 'none: Int @shareable')}`;
    });
    const members = (name: string): readonly string[] =>
      OBJECTS.filter((one) => known.has(one) && agree(`${name}|${one}`, () => (chance(60) ? 'yes' : '')) === 'yes');
    return [
      `type Query ${block(
        some(FIELDS, 70).map((one) => field(`Query${chance(70) ? subgraph : ''}`, `${one}${subgraph}`)),
        `none${subgraph}: Int`,
      )}`,
      chance(30) ? `type Mutation ${block([field('Mutation', `do${subgraph}`)], `none${subgraph}: Int`)}` : '',
      ...objects,
      ...INTERFACES.filter((name) => known.has(name)).map(
        (name) => `${described()}interface ${name} {\n${name.toLowerCase()}: Int\n}`,
      ),
      ...UNIONS.filter((name) => known.has(name)).map((name) => {
        const all = members(name);
        return all.length === 0 ? `union ${name} = Query` : `${described()}union ${name} = ${all.join(' | ')}`;
      }),
      ...ENUMS.filter((name) => known.has(name)).map(
        (name) =>
          `${described()}enum ${name} ${block(
            some(['ONE', 'TWO', 'THREE'], 80).map(
              (one) => `${described()}${one}${chance(5) ? ' @deprecated' : ''}${chance(2) ? ' @inaccessible' : ''}`,
            ),
            'ONE',
          )}`,
      ),
      ...INPUTS.filter((name) => known.has(name)).map((name) => {
        const fields = some(FIELDS, 70).map((one) => {
          const type = agree(`${name}.${one}`, () =>
            wrapped(draws.one(mistaken && chance(10) ? outputs : inputs)).replace(/!$/, ''),
          );
          return has(type)
            ? `${described()}${one}: ${type}${chance(3) ? ' @deprecated' : ''}${chance(2) ? ' @tag(name: "i")' : ''}`
            : '';
        });
        return `${described()}input ${name} ${chance(10) ? '@oneOf' : ''} ${block(fields, 'a: Int')}`;
      }),
      ...SCALARS.filter((name) => known.has(name)).map(
        (name) => `scalar ${name}${chance(50) ? ' @specifiedBy(url: "https://example.org/date")' : ''}`,
      ),
    ]
      .filter((text) => text !== '')
      .join('\n');
  });
});

/** Without lists and non-nulls. */
const namedIn = (type: string): string => type.replaceAll(/[[\]!]/g, '');
