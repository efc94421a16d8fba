// Writes the licences of everything that is packed for this machine to out/THIRD-PARTY-LICENSES.txt, as the packed application has them, and
// keeps Node's (its package for Windows has none) up to date in resources/licences.
import { copyFileSync, existsSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { installedFor } from './pack/install.ts'
import { licences } from './pack/licences.ts'
import { applicationPart, enginePart } from './pack/parts.ts'
import { host } from './pack/target.ts'

const root = resolve(import.meta.dirname, '..')
const { folder: installed, node } = installedFor(host, root)
const nodeLicence = join(dirname(node), '../LICENSE')
if (existsSync(nodeLicence)) copyFileSync(nodeLicence, join(root, 'resources/licences/Node.js.txt'))
const places = { root, built: join(root, 'out'), installed }
const packages = [...(await applicationPart(places)).packages, ...(await enginePart(places, host)).packages]
const file = join(root, 'out/THIRD-PARTY-LICENSES.txt')
writeFileSync(file, await licences({ root, installed, packages: [...new Set(packages)] }))
process.stdout.write(`${file}\n`)
