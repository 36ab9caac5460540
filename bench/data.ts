// The data that upstreams answer with: of the shape and size of the public jsonplaceholder set, made the same every time.
const WORDS =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat'.split(
    ' ',
  );

let seed = 42;
const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) % below;
const words = (count: number): string => Array.from({ length: count }, () => WORDS[random(WORDS.length)]).join(' ');

export interface Post {
  readonly userId: number;
  readonly id: number;
  readonly title: string;
  readonly body: string;
}

const makePosts = (count: number, users: number): readonly Post[] =>
  Array.from({ length: count }, (_, i) => ({
    userId: 1 + Math.floor((i * users) / count),
    id: i + 1,
    title: words(6),
    body: [words(6), words(6), words(6), words(5)].join('\n'),
  }));

export const POSTS = makePosts(100, 10);
/** About a megabyte as an answer. */
export const ARTICLES = makePosts(4_000, 10);

export const USERS = Array.from({ length: 10 }, (_, i) => ({
  id: i + 1,
  name: `Leanne Graham ${i}`,
  username: `Bret${i}`,
  email: `sincere${i}@april.example`,
  address: {
    street: 'Kulas Light',
    suite: 'Apt. 556',
    city: 'Gwenborough',
    zipcode: '92998-3874',
    geo: { lat: '-37.3159', lng: '81.1496' },
  },
  phone: '1-770-736-8031 x56442',
  website: 'hildegard.example',
  company: { name: 'Romaguera-Crona', catchPhrase: 'Multi-layered client-server neural-net', bs: 'harness e-markets' },
}));
