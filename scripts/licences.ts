// Writes the licences of everything that is packed for this machine to out/THIRD-PARTY-LICENSES.txt, as the packed application has them.
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { installedFor } from './pack/install.ts'
import { licences } from './pack/licences.ts'
import { applicationPart, enginePart } from './pack/parts.ts'
import { host } from './pack/target.ts'

const root = resolve(import.meta.dirname, '..')
const { folder: installed, nodeLicence } = installedFor(host, root)
const places = { root, built: join(root, 'out'), installed }
const packages = [...(await applicationPart(places)).packages, ...(await enginePart(places, host)).packages]
const file = join(root, 'out/THIRD-PARTY-LICENSES.txt')
writeFileSync(file, await licences({ root, installed, packages: [...new Set(packages)], nodeLicence }))
process.stdout.write(`${file}\n`)
