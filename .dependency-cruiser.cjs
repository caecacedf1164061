// Who may import whom. The rows are those of CONTRIBUTING.md ("Rooms"); a folder imports from rows above it and from itself.
// Type-only imports count: a type from the wrong room drags that room's world along.
const rows = [
  ['text', 'schema'],
  ['diagnostics', 'syntax', 'requests'],
  ['model', 'presentation'],
  ['dialects', 'analyses', 'live'],
  ['view', 'layout', 'render'],
  ['rpc'],
  ['backend'],
  ['node'],
]
/** Inside a row of several rooms, which neighbours may still be imported. */
const sameRow = { layout: ['view'], render: ['view', 'layout'], diagnostics: [], syntax: ['diagnostics'], requests: ['diagnostics'], model: ['presentation'] }


const forbidden = []
rows.forEach((row, index) => {
  for (const room of row) {
    const allowed = [...rows.slice(0, index).flat(), room, ...(sameRow[room] ?? [])]
    forbidden.push({
      name: `row-${room}`,
      comment: `shared/${room} may import only ${allowed.join(', ')}`,
      severity: 'error',
      from: { path: `^shared/${room}/` },
      to: { path: '^shared/', pathNot: `^shared/(${allowed.join('|')})/` },
    })
  }
})

forbidden.push(
  { name: 'no-cycles', severity: 'error', from: { pathNot: '^node_modules' }, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '\\?(worker|url|raw)' } },
  { name: 'no-test-in-product', severity: 'error', from: { path: '^(shared|cli|electron|renderer)/' }, to: { path: '^(test|tools)/' } },
  { name: 'shared-knows-no-host', severity: 'error', from: { path: '^shared/' }, to: { path: '^(cli|electron|renderer)/' } },
  {
    name: 'dialect-islands', comment: 'a dialect sees no other dialect', severity: 'error',
    from: { path: '^shared/dialects/([^/]+)/' }, to: { path: '^shared/(dialects/[^/]+|analyses)/', pathNot: '^shared/dialects/$1/' },
  },
  {
    name: 'analysis-islands', comment: 'an analysis sees no other analysis and no dialect', severity: 'error',
    from: { path: '^shared/analyses/([^/]+)/' }, to: { path: '^shared/(analyses/[^/]+|dialects)/', pathNot: ['^shared/analyses/$1/', '^shared/dialects/dialect\\.ts$'] },
  },
  {
    name: 'dialect-by-registry', comment: 'only the registry imports a dialect folder, through its index.ts', severity: 'error',
    from: { pathNot: ['^shared/dialects/registry\\.ts$', '^shared/dialects/[^/]+/', '^test/', '^tools/'] }, to: { path: '^shared/dialects/[^/]+/' },
  },
  {
    name: 'dialect-by-index', severity: 'error',
    from: { path: '^shared/dialects/registry\\.ts$' }, to: { path: '^shared/dialects/[^/]+/', pathNot: '^shared/dialects/[^/]+/index\\.ts$' },
  },
  {
    name: 'analysis-by-index', comment: 'an analysis is reached through its index.ts, or its answer.ts for the types', severity: 'error',
    from: { pathNot: ['^shared/analyses/[^/]+/', '^test/', '^tools/'] }, to: { path: '^shared/analyses/[^/]+/', pathNot: '^shared/analyses/[^/]+/(index|answer)\\.ts$' },
  },
  { name: 'renderer-rows', severity: 'error', from: { path: '^renderer/' }, to: { path: '^shared/(backend|node)/' } },
  { name: 'renderer-is-no-host', severity: 'error', from: { path: '^renderer/' }, to: { path: '^(cli|electron)/' } },
  { name: 'hosts-apart', severity: 'error', from: { path: '^cli/' }, to: { path: '^(electron|renderer)/' } },
  { name: 'electron-thin', comment: 'the desktop host may mount the static part of the localhost host', severity: 'error', from: { path: '^electron/' }, to: { path: '^(renderer|cli)/', pathNot: '^cli/serve/' } },
  { name: 'react-flow-in-graph', severity: 'error', from: { path: '^(shared|cli|electron|renderer)/', pathNot: '^renderer/graph/' }, to: { path: 'node_modules/(reactflow|@xyflow)' } },
  { name: 'monaco-in-editor', severity: 'error', from: { path: '^(shared|cli|electron|renderer)/', pathNot: '^renderer/editor/' }, to: { path: 'node_modules/monaco-editor' } },
  { name: 'electron-in-electron', severity: 'error', from: { path: '^(shared|cli|renderer)/' }, to: { path: 'node_modules/electron/' } },
  {
    name: 'shared-packages', comment: 'allow-list of packages for the pure rooms', severity: 'error',
    from: { path: '^shared/', pathNot: '^shared/node/' }, to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'], pathNot: `node_modules/(re2js|diff)/` },
  },
  { name: 'shared-no-node', severity: 'error', from: { path: '^shared/', pathNot: '^shared/node/' }, to: { dependencyTypes: ['core'] } },
)

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^build/|\\.d\\.ts$)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'], extensions: ['.ts', '.tsx', '.cts', '.js', '.mjs', '.cjs', '.json'] },
  },
}
