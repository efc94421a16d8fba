// Who may import whom (docs/architecture.md has the picture). Type-only imports count too, unless a rule says otherwise.

/** Everything in `from` may only import paths that match `to`. */
function only(name, comment, from, to) {
  return { name, comment, severity: 'error', from, to: { pathNot: to, couldNotResolve: false } }
}

const rules = [
  {
    name: 'no-cycles',
    comment: 'Modules that need each other at run time cannot be understood or loaded one by one. Types may refer to each other.',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  { name: 'resolvable', comment: 'The imported file or package is not there.', severity: 'error', from: {}, to: { couldNotResolve: true } },
  {
    name: 'declared',
    comment:
      'What the app uses must be a dependency in package.json, not only there by accident or for development. The interface is a bundle.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/renderer/' },
    to: {
      dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
      dependencyTypesNot: ['type-only'],
      pathNot: '(^|/)node_modules/electron/',
    },
  },
  only('core-imports-core', 'src/core runs anywhere: it imports itself, and zod or protobuf where named.', { path: '^src/core/' }, [
    '^src/core/',
    '(^|/)node_modules/(zod|@bufbuild/protobuf)/',
  ]),
  {
    name: 'core-packages',
    comment: 'In src/core only the schemas of methods and of training use zod, only the ONNX reader and writer use protobuf.',
    severity: 'error',
    from: { path: '^src/core/', pathNot: '^src/core/(methods|train)/' },
    to: { path: '(^|/)node_modules/zod/' },
  },
  {
    name: 'core-protobuf',
    comment: 'Only the ONNX reader and writer use protobuf.',
    severity: 'error',
    from: { path: '^src/core/', pathNot: '^src/core/graph/onnx/' },
    to: { path: '(^|/)node_modules/@bufbuild/' },
  },
  only('shared-imports-zod', 'src/shared is the contract between processes: schemas and types.', { path: '^src/shared/' }, [
    '^src/shared/',
    '(^|/)node_modules/zod/',
  ]),
  {
    name: 'node-imports-shared',
    comment: 'src/node is what every process of ours needs of Node: it knows none of them.',
    severity: 'error',
    from: { path: '^src/node/' },
    to: { path: '^src/', pathNot: '^src/(node|shared)/' },
  },
  {
    name: 'engine-imports-core-node-shared',
    comment: 'The engine process knows nothing of the application that starts it.',
    severity: 'error',
    from: { path: '^src/engine/' },
    to: { path: '^src/', pathNot: '^src/(engine|core|node|shared)/' },
  },
  {
    name: 'main-imports-node-and-shared',
    comment:
      'The application speaks to the engine by messages; of the core it uses types, the seeded draws of splits and labels (what it shows must be what a run does), and the order of unlike points.',
    severity: 'error',
    from: { path: '^src/main/' },
    to: {
      path: '^src/',
      pathNot: ['^src/(main|node|shared)/', '^src/core/(data/(splits|subsets|data-error|k-center)|tensor/random)\\.ts$'],
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'main-knows-no-engine',
    comment: 'Not even types: the contract is in src/shared.',
    severity: 'error',
    from: { path: '^src/main/' },
    to: { path: '^src/(engine|renderer|preload)/' },
  },
  only(
    'renderer-imports-shared',
    'The interface runs in a sandbox and speaks to services by the contract.',
    { path: '^src/(renderer|preload)/' },
    ['^src/(renderer|preload|shared)/', '(^|/)node_modules/'],
  ),
  {
    name: 'renderer-layers',
    comment: 'Views use components, components use stores, stores use the api: never the other way round.',
    severity: 'error',
    from: { path: '^src/renderer/(components|composables|commands|stores|api|widgets|tour)/' },
    to: { path: '^src/renderer/(views|shell)/' },
  },
  {
    name: 'tour-is-an-addition',
    comment: 'The window shows the tour, Start and the list of shortcuts begin it; nothing else knows of it.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/renderer/(tour/|App\\.vue$|shell/ShortcutSheet\\.vue$|views/start/)' },
    to: { path: '^src/renderer/tour/' },
  },
  {
    name: 'renderer-data-knows-no-components',
    comment: 'What is known and decided does not depend on how it is shown.',
    severity: 'error',
    from: { path: '^src/renderer/(composables|stores|api|widgets)/' },
    to: { path: '^src/renderer/components/' },
  },
  {
    name: 'views-stand-alone',
    comment: 'A view is loaded when it is opened; what two views share is a component.',
    severity: 'error',
    from: { path: '^src/renderer/views/([^/]+)/' },
    to: { path: '^src/renderer/views/', pathNot: '^src/renderer/views/$1/' },
  },
  {
    name: 'electron-in-named-files',
    comment: 'Everything else must run in plain Node or in a browser.',
    severity: 'error',
    from: { pathNot: '^src/(main/shell/|main/index\\.ts|main/transport/ipc\\.ts|preload/)' },
    to: { path: '(^|/)node_modules/electron/' },
  },
]

export default {
  forbidden: rules,
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|dist|coverage|\\.cache|runs)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
