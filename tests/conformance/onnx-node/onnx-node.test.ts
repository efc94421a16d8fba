// The ONNX project's own operator tests (v1.17.0), on every engine. What is left out is listed with its reason in exclusions.ts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../../../src/core/graph/program.ts'
import { difference } from '../compare.ts'
import { engines, takesAll } from '../engines.ts'
import { available, readCases } from './cases.ts'
import { excludedCases, excludedOperators, excludedOpsets, excludedTypes, partialCases } from './exclusions.ts'
import { prepare, scopeOf } from './prepare.ts'
import type { NodeCase } from './cases.ts'

/** Half precision has 11 significant bits, single 24; the rest is room for the order of sums. */
const tolerances = { single: { relative: 1e-5, absolute: 1e-6 }, half: { relative: 1e-3, absolute: 1e-4 } }

const used = new Set<string>()

/** True if one of the lists names it; the entry then counts as needed. */
function listed(list: readonly { readonly names: readonly string[] }[], name: string): boolean {
  const found = list.some(({ names }) => names.includes(name))
  if (found) used.add(name)
  return found
}

function isExcluded(test: NodeCase): boolean {
  const { opset, types, operators } = scopeOf(test)
  const reasons = [
    listed(excludedOpsets, String(opset ?? 'none')),
    ...types.map((type) => listed(excludedTypes, type)),
    ...operators.map((operator) => listed(excludedOperators, operator)),
    listed(excludedCases, test.name),
  ]
  return reasons.includes(true)
}

const cases = await readCases()
const applicable = cases.filter((test) => !isExcluded(test))
const partial = new Map(partialCases.flatMap(({ names, outputs }) => names.map((name) => [name, outputs] as const)))

const counts = `${applicable.length} of ${cases.length} cases apply, ${cases.length - applicable.length} are excluded`
const title = available ? counts : '(skipped: no ../shared/data/onnx-backend-tests on this machine)'

describe.skipIf(!available)(`ONNX operator tests: ${title}`, () => {
  it('applies as many cases as recorded, and every exclusion is needed', () => {
    expect({ all: cases.length, applicable: applicable.length, partial: partial.size }).toEqual({ all: 1288, applicable: 753, partial: 24 })
    const lists = [...excludedOpsets, ...excludedTypes, ...excludedOperators, ...excludedCases]
    expect(lists.flatMap(({ names }) => names).filter((name) => !used.has(name))).toEqual([])
    const names = new Set(applicable.map(({ name }) => name))
    expect([...partial.keys()].filter((name) => !names.has(name))).toEqual([])
  })

  describe.each(engines.filter(takesAll))('$name', ({ create, exclusions }) => {
    let engine: Engine
    beforeAll(() => void (engine = create()))
    afterAll(() => engine.dispose())

    it.each(applicable.filter(({ name }) => !(name in exclusions)))('$name', async (test) => {
      const { program, feeds, expected, half } = prepare(test, partial.get(test.name))
      const executable = await engine.compile(program)
      const outputs = await executable.run(await engine.createState({}), feeds)
      executable.dispose()
      const tolerance = half ? tolerances.half : tolerances.single
      for (const [name, tensor] of Object.entries(expected)) expect(difference(outputs[name], tensor, tolerance), name).toBeNull()
    })
  })
})
