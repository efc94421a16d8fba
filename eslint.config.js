// Style and safety rules. Who may import whom is in .dependency-cruiser.js.
import { defineConfig } from 'eslint/config'
import js from '@eslint/js'
import tseslint from 'typescript-eslint'
import i18n from '@intlify/eslint-plugin-vue-i18n'
import vue from 'eslint-plugin-vue'
import { fileRules } from './lint/file-rules.js'

/** Numeric code that reads arrays in loops whose bounds the types cannot show: `x[i]!` is its only sensible form. */
const numeric = [
  'src/core/**/*.ts',
  'src/engine/{backends,data,sample}/**/*.ts',
  'tests/**/*.ts',
  'bench/**/*.ts',
  'scripts/train-starter/**/*.ts',
]

export default defineConfig(
  { ignores: ['out/', 'dist/', 'coverage/', '.cache/', 'runs/', 'src/core/graph/onnx/onnx_pb.ts', 'src/**/*.as.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,js,vue}'],
    extends: [js.configs.recommended],
    plugins: { file: fileRules },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'file/purpose': 'error',
      'file/size-warning': ['warn', { max: 300 }],
      'file/size': ['error', { max: 500 }],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Numbers and booleans print as they are meant to.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `return stop()` in a function without a result is a plain early end.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Protobuf's enums are numbers in our own files.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // Names for overloads' sake and for parameters that an interface prescribes start with an underscore.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name: the name is then the same everywhere.' },
      ],
    },
  },
  {
    // Types across single-file components are vue-tsc's part: ESLint sees none there.
    files: ['**/*.vue'],
    extends: [tseslint.configs.strict, ...vue.configs['flat/recommended']],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      // TypeScript knows the names.
      'no-undef': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      // Prettier's part.
      'vue/html-self-closing': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-indent': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-closing-bracket-newline': 'off',
      // A prop that is left out is undefined: `?` says so.
      'vue/require-default-prop': 'off',
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/no-v-html': 'error',
      // The page's policy takes no style attributes in HTML; bound styles go by the DOM.
      'vue/no-static-inline-styles': 'error',
    },
  },
  {
    files: ['src/renderer/**/*.{ts,vue}'],
    plugins: { '@intlify/vue-i18n': i18n },
    settings: {
      'vue-i18n': {
        localeDir: {
          pattern: './src/renderer/locales/*/*.json',
          localeKey: 'path',
          localePattern: /^.*\/(?<locale>[\w-]+)\/[\w-]+\.json$/,
        },
        messageSyntaxVersion: '^11.0.0',
      },
    },
    rules: {
      '@intlify/vue-i18n/no-raw-text': [
        'error',
        {
          ignorePattern: '^[\\s\\d·×–…/+%:()→←↑↓|#*.,-]*$',
          attributes: {
            '/.+/': [
              'title',
              'aria-label',
              'aria-valuetext',
              'placeholder',
              'alt',
              'label',
              'text',
              'description',
              'help',
              'problem',
              'note',
            ],
          },
        },
      ],
    },
  },
  { files: numeric, rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  {
    files: ['src/core/**/*.ts', 'src/shared/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'process',
          'Buffer',
          'require',
          'module',
          '__dirname',
          '__filename',
          'global',
          'setImmediate',
          'window',
          'document',
          'navigator',
          'fetch',
        ].map((name) => ({ name, message: 'This part runs anywhere: neither Node nor a browser may be assumed.' })),
      ],
    },
  },
  {
    // The row's type stands beside the SQL that answers it; the tables are STRICT, so SQLite keeps the columns' types.
    files: ['src/main/storage/database.ts'],
    rules: { '@typescript-eslint/no-unnecessary-type-parameters': 'off' },
  },
  { files: ['*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['bench/**/*.ts', 'lint/**/*.js', '.ci/*.js'], rules: { 'no-console': 'off' } },
  // Playwright's fixtures that need no other begin with `{}`.
  { files: ['tests/{interface,electron}/**/*.ts'], rules: { 'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }] } },
  // Vite wants a default export of what a component is.
  { files: ['src/renderer/env.d.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.js'], languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } } },
)
