// `npm run bench` lists the benchmarks, `npm run bench -- NAME …` runs one.
import { readdirSync, readFileSync } from 'node:fs'
import { argv, exit, stderr, stdout } from 'node:process'

const folder = new URL('./', import.meta.url)
/** Files here that are parts of benchmarks. */
const parts = ['engines.ts', 'index.ts', 'line-process.ts', 'networks.ts', 'step-ours.ts', 'step-profile.ts', 'train-run.ts']
const benches = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !parts.includes(file))
  .map((file) => ({ name: file.slice(0, -3), purpose: purposeOf(file) }))

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
