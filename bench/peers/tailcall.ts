// Tailcall's configuration of the same graph: batched, and with `dedupe` where calls in flight are shared.
export function tailcallSchema(port: number, upstream: string, dedupe: boolean): string {
  const share = dedupe ? ', dedupe: true' : '';
  return `
schema @server(port: ${port}, hostname: "127.0.0.1") @upstream(poolMaxIdlePerHost: 200, tcpKeepAlive: 60, batch: {delay: 1, maxSize: 1000}) {
  query: Query
}
type Query {
  posts(v: Int): [Post] @http(url: "${upstream}/posts", query: [{key: "v", value: "{{.args.v}}", skipEmpty: true}]${share})
  articles: [Post] @http(url: "${upstream}/articles"${share})
  greet(v: Int): String! @expr(body: "Hello World!")
}
type User { id: Int! name: String! username: String! email: String! phone: String website: String }
type Post {
  id: Int!
  userId: Int!
  title: String!
  body: String!
  user: User @http(url: "${upstream}/users", query: [{key: "id", value: "{{.value.userId}}"}], batchKey: ["id"]${share})
}
`;
}
