import tseslint from 'typescript-eslint'

const pureGlobals = [
  'window', 'document', 'process', 'Buffer', 'console', 'setTimeout', 'setInterval', 'fetch', 'URL', 'TextDecoder', 'TextEncoder', 'performance', 'crypto', 'navigator',
].map((name) => ({ name, message: 'Pure rooms take this as a port or a parameter.' }))

const takesClockOrSeed = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Pure rooms take a clock.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Pure rooms take a clock.' },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'Pure rooms take a seed.' },
]
const noUserRegex = [
  { selector: "NewExpression[callee.name='RegExp']:not([arguments.0.type='Literal'])", message: 'A regex from a config never runs on a backtracking engine: use #shared/requests/regex.ts.' },
]

export default tseslint.config(
  { ignores: ['node_modules/**', 'build/**', 'out/**', 'test-results/**', '**/*.cjs', '**/*.mjs', 'eslint.config.js', 'renderer/vite.config.ts', 'test/bench/pages/**'] },
  {
    files: ['{shared,cli,electron,renderer,test,tools}/**/*.{ts,tsx,cts}'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'before', 'after', 'beforeEach', 'afterEach'] }] }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-debugger': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-restricted-imports': ['error', { patterns: [{ group: ['../../*'], message: 'Two levels up is a sign of the wrong room: import #shared/… instead.' }] }],
    },
  },
  {
    files: ['shared/**/*.ts'],
    ignores: ['shared/node/**'],
    rules: {
      'no-restricted-globals': ['error', ...pureGlobals],
      'no-restricted-syntax': ['error', ...takesClockOrSeed, ...noUserRegex],
    },
  },
  { files: ['cli/**/*.ts', 'electron/**/*.{ts,cts}', 'shared/node/**/*.ts', 'renderer/**/*.{ts,tsx}'], rules: { 'no-restricted-syntax': ['error', ...noUserRegex] } },
  { files: ['test/**/*.{ts,tsx}'], rules: { '@typescript-eslint/no-floating-promises': 'off' } },
)
