// The graph of the REST scenarios with resolvers written by hand, for peers that are libraries.
import DataLoader from 'dataloader';

export const typeDefs = `
  type User { id: Int! name: String! username: String! email: String! phone: String website: String }
  type Post { id: Int! userId: Int! title: String! body: String! user: User }
  type Query { posts(v: Int): [Post] articles: [Post] greet(v: Int): String! }
`;

export const resolvers = {
  Query: {
    posts: (_root, { v }, { get }) => get(v === undefined ? '/posts' : `/posts?v=${v}`),
    articles: (_root, _args, { get }) => get('/articles'),
    greet: () => 'Hello World!',
  },
  Post: { user: ({ userId }, _args, { users }) => users.load(userId) },
};

export const createContext = (get) => ({
  get,
  users: new DataLoader(async (ids) => {
    const found = await get(`/users?${ids.map((id) => `id=${id}`).join('&')}`);
    const byId = new Map(found.map((user) => [user.id, user]));
    return ids.map((id) => byId.get(id) ?? null);
  }),
});
