// `npm run bench` lists the benchmarks, `npm run bench -- NAME …` runs one.
import { readdirSync, readFileSync } from 'node:fs'
import { argv, exit, stderr, stdout } from 'node:process'

const folder = new URL('./', import.meta.url)
/** Benchmarks print a report when they are run; other files here are their parts and say so by a `Part of …` on line 1. */
const benches = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
  .map((file) => ({ name: file.slice(0, -3), purpose: purposeOf(file) }))
  .filter(({ purpose }) => !purpose.startsWith('Part of '))

const [name, ...rest] = argv.slice(2)
if (name === undefined) {
  stdout.write('npm run bench -- NAME [options]\n\n')
  for (const bench of benches) stdout.write(`${bench.name.padEnd(20)}${bench.purpose}\n`)
} else if (benches.some((bench) => bench.name === name)) {
  const script = new URL(`${name}.ts`, folder)
  argv.splice(1, Infinity, script.pathname, ...rest)
  await import(script.href)
} else {
  stderr.write(`expected a benchmark (${benches.map((bench) => bench.name).join(', ')}), found ${name}\n`)
  exit(1)
}

function purposeOf(file: string): string {
  return (
    readFileSync(new URL(file, folder), 'utf8')
      .split('\n', 1)[0]
      ?.replace(/^\/\/\s*/, '') ?? ''
  )
}
