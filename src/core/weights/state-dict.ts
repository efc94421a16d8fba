// Finds a network's state dict in a stored object, and the names that it gave its tensors under the wrappers' ones.
import { WeightsError } from './errors.ts'
import { StoredTensor } from './pickle-globals.ts'

/** Keys under which checkpoints keep a state dict, the usual ones first. */
const usual = ['state_dict', 'model_state_dict', 'model', 'network', 'net', 'encoder', 'student', 'teacher']
/** Of the second encoder of contrastive and distilling methods: an average of the first one. */
const second = /(^|\.)(module\.)?(encoder_k|key_encoder|momentum_encoder|model_ema|ema|target(_network|_encoder)?|teacher)\./
const stem = 'conv1.weight'

/** The tensors of a state dict by name: the object itself, or the part of a checkpoint that holds one.
 * @throws WeightsError saying what is there instead */
export function stateDictOf(value: unknown): ReadonlyMap<string, StoredTensor> {
  if (!(value instanceof Map)) throw new WeightsError(`expected a state dict or a checkpoint that holds one, found ${describe(value)}`)
  const own = tensorsOf(value)
  if (own.size > 0) return own
  const parts = [
    ...usual,
    ...[...(value as ReadonlyMap<unknown, unknown>).keys()].filter((key) => typeof key === 'string' && !usual.includes(key)),
  ]
  for (const key of parts) {
    const part: unknown = value.get(key)
    const found = part instanceof Map ? tensorsOf(part) : own
    if (found.size > 0 && [...found.keys()].some((name) => name.endsWith(stem))) return found
  }
  const keys = [...value.keys()].map(String).slice(0, 10).join(', ')
  throw new WeightsError(`expected a state dict with ${stem} in it, found a dictionary of ${keys === '' ? 'nothing' : keys}`)
}

function tensorsOf(value: ReadonlyMap<unknown, unknown>): Map<string, StoredTensor> {
  const found = new Map<string, StoredTensor>()
  for (const [name, tensor] of value) if (typeof name === 'string' && tensor instanceof StoredTensor) found.set(name, tensor)
  return found
}

function describe(value: unknown): string {
  if (value instanceof StoredTensor) return 'a single tensor'
  return Array.isArray(value) ? 'a list' : value === null ? 'nothing' : `a ${typeof value}`
}

/** What stands before the names of a ResNet in a state dict: '' for torchvision and timm, `module.encoder_q.` for MoCo, `model.` or
 * `backbone.` for Lightning and others.
 * @throws WeightsError where there is no ResNet, or more than one */
export function prefixOf(names: Iterable<string>): string {
  const all = new Set(names)
  const prefixes = [...all]
    .filter((name) => (name === stem || name.endsWith(`.${stem}`)) && all.has(`${name.slice(0, -stem.length)}layer1.0.${stem}`))
    .map((name) => name.slice(0, -stem.length))
  const first = prefixes.filter((prefix) => !second.test(prefix))
  const [prefix, another] = first.length > 0 ? first : prefixes
  if (another !== undefined) throw new WeightsError(`expected one ResNet, found ${prefixes.length}, under ${prefixes.join(' and ')}`)
  if (prefix !== undefined) return prefix
  const shown = [...all].slice(0, 5).join(', ')
  throw new WeightsError(
    `expected the names of a ResNet, ${stem} and layer1.0.${stem} among them, found ${shown === '' ? 'no tensor' : `${shown}, …`}`,
  )
}
