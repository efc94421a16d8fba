// What lies below a folder, in the paths of all systems.
import { posix, win32 } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAtOrBelow, isBelow, wayBelow } from '../../src/node/inside.ts'

const name = fc.stringMatching(/^[a-z. ~-]{1,6}$/).filter((name) => name !== '.' && name !== '..')
const names = fc.array(name, { minLength: 1, maxLength: 4 })

describe.each([
  { system: 'posix', path: posix, roots: ['/'] },
  { system: 'win32', path: win32, roots: ['C:\\', '\\\\box\\share\\'] },
])('$system', ({ path, roots }) => {
  const folder = fc.tuple(fc.constantFrom(...roots), fc.array(name, { maxLength: 3 })).map(([root, parts]) => path.join(root, ...parts))

  test('what is joined to a folder is below it, by that way; nothing else around it is', () => {
    fc.assert(
      fc.property(folder, names, (folder, parts) => {
        const file = path.join(folder, ...parts)
        expect([wayBelow(folder, file, path), isAtOrBelow(folder, file, path)]).toEqual([parts.join('/'), true])
        expect([isBelow(file, folder, path), isBelow(folder, folder, path), isAtOrBelow(folder, folder, path)]).toEqual([
          false,
          false,
          true,
        ])
        // Beside it, with a name that begins alike.
        expect([isBelow(file, `${file}x`, path), isAtOrBelow(file, path.join(`${file}x`, 'a'), path)]).toEqual([false, false])
        expect(isAtOrBelow(file, path.join(file, '..', '..', 'elsewhere'), path)).toBe(false)
      }),
    )
  })
})

test('Windows knows no upper and lower case, both slashes, and several drives', () => {
  expect(wayBelow('C:\\Photos', 'c:\\photos/Cats\\1.JPG', win32)).toBe('Cats/1.JPG')
  expect(isAtOrBelow('C:\\Photos\\', 'c:/PHOTOS', win32)).toBe(true)
  expect(isAtOrBelow('C:\\', 'D:\\a', win32)).toBe(false)
  expect(isBelow('/Photos', '/photos/a', posix)).toBe(false)
})
