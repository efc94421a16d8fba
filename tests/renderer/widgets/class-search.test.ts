// Classes found by what is typed: the nearest names first, and a new name where no class has it.
import { expect, test } from 'vitest'
import { findClasses, newName } from '../../../src/renderer/widgets/class-search.ts'

const classes = ['Red Oak', 'oak tree', 'Oak', '001.Black_footed_Albatross', 'Sooty Albatross', 'soaker', 'A\u0308hre'].map((name) => ({
  name,
}))
const found = (text: string): string[] => findClasses(classes, text).map(({ name }) => name)

test('the class that is called so comes first, then beginnings, then words, then the rest', () => {
  expect(found('oak')).toEqual(['Oak', 'oak tree', 'Red Oak', 'soaker'])
  expect(found(' ALB ')).toEqual(['001.Black_footed_Albatross', 'Sooty Albatross'])
  expect(found('alb black')).toEqual(['001.Black_footed_Albatross'])
  expect(found('ähre')).toEqual(['A\u0308hre'])
  expect(found('elm')).toEqual([])
  expect(found('')).toEqual(classes.map(({ name }) => name))
})

test('a name is new where no class has it, whatever its case and composition', () => {
  expect(newName(classes, ' Elm ')).toBe('Elm')
  expect(newName(classes, 'oa')).toBe('oa')
  for (const text of ['OAK', 'Ähre', '', '  ']) expect(newName(classes, text)).toBeNull()
})
