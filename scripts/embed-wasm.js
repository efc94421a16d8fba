// Writes compiled AssemblyScript as TypeScript: node scripts/embed-wasm.js SOURCE.as.ts MODULE.wasm writes SOURCE-wasm.ts.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'

const [source, compiled] = process.argv.slice(2)
const hash = createHash('sha256').update(readFileSync(source)).digest('hex')
const name = basename(source, '.as.ts')
writeFileSync(
  source.replace(/\.as\.ts$/, '-wasm.ts'),
  `// ${name}.as.ts compiled by \`npm run generate:${name}\`, which to run after each change of it. SHA-256 of the source:
// ${hash}

/** The module in base64. */
export const ${name}Module =
  '${readFileSync(compiled).toString('base64')}'
`,
)
