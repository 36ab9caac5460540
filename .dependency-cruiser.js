// The room rules: imports point one way, peers never import each other, compose.ts hands values across.
const room = (name) => `^src/${name}/`;
const LOWER = {
  faults: [],
  contract: ['faults'],
  config: ['faults', 'contract', 'telemetry'],
  telemetry: ['faults', 'contract', 'config'],
  sdl: [],
};
const BASE = ['faults', 'contract', 'config', 'telemetry', 'sdl'];
const MAY_IMPORT = {
  ...LOWER,
  transport: BASE,
  import: [...BASE, 'transport'],
  subgraphs: [...BASE, 'transport', 'import'],
  loaders: BASE,
  graph: BASE,
  engine: BASE,
  operation: BASE,
  auth: BASE,
  events: BASE,
  server: [...BASE, 'operation', 'auth', 'engine', 'events', 'graph', 'loaders'],
};

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: ['\\.d\\.ts$', '^src/main\\.ts$'] },
      to: {},
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    ...Object.entries(MAY_IMPORT).map(([name, allowed]) => ({
      name: `room-${name}`,
      severity: 'error',
      comment: `${name}/ imports only ${allowed.join(', ') || 'nothing'}`,
      from: { path: room(name) },
      to: { path: '^src/', pathNot: [name, ...allowed].map(room) },
    })),
    {
      name: 'kinds-are-peers',
      severity: 'error',
      comment: 'A kind never imports another kind; all may use the common builders of local and remote subgraphs.',
      from: { path: '^src/subgraphs/([^/]+)/', pathNot: '^src/subgraphs/(local|remote)/' },
      to: { path: '^src/subgraphs/', pathNot: ['^src/subgraphs/$1/', '^src/subgraphs/(local|remote)/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
