// Decodes small JPEGs to RGB by libjpeg-turbo as WebAssembly: the module that @cwasm/jpeg-turbo brings. The package's own function gives
// RGBA and makes a decoder for every image, which takes a third more time.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { compile, instantiate, type Memory, type Module } from '../../core/web-assembly.ts'

/** Part of libjpeg-turbo's TurboJPEG API, version 2. */
interface TurboJpeg {
  readonly memory: Memory
  readonly malloc: (bytes: number) => number
  readonly free: (address: number) => void
  readonly tjInitDecompress: () => number
  /** 0 if all went well. Reduces what would not fit into width and height. */
  readonly tjDecompress2: (
    ...words: [
      handle: number,
      jpeg: number,
      bytes: number,
      out: number,
      width: number,
      pitch: number,
      height: number,
      format: number,
      flags: number,
    ]
  ) => number
}

interface Decoder {
  readonly library: TurboJpeg
  readonly handle: number
}

const TJPF_RGB = 0
const ignore = (): number => 0
const imports = {
  // The library returns to setjmp after an error: here the error ends the call instead.
  env: {
    setjmp: ignore,
    longjmp: () => {
      throw new Error('libjpeg-turbo cannot decode the file')
    },
  },
  wasi_snapshot_preview1: {
    environ_sizes_get: ignore,
    environ_get: ignore,
    proc_exit: ignore,
    fd_close: ignore,
    fd_seek: ignore,
    fd_write: ignore,
  },
}

let module: Module | null = null
let decoder: Decoder | null = null

/** Pixels of a JPEG with 8 bits, grey or YCbCr: height * width * 3 bytes. Width and height are those in its header.
 * @throws Error if the file is damaged. */
export function decodeJpeg(jpeg: Uint8Array, width: number, height: number): Uint8Array {
  decoder ??= start()
  const { library, handle } = decoder
  const size = width * height * 3
  try {
    const at = library.malloc(jpeg.length + size)
    if (at === 0) throw new Error(`no memory for ${jpeg.length + size} bytes`)
    const out = at + jpeg.length
    new Uint8Array(library.memory.buffer).set(jpeg, at)
    if (library.tjDecompress2(handle, at, jpeg.length, out, width, width * 3, height, TJPF_RGB, 0) !== 0)
      throw new Error('libjpeg-turbo found damage')
    const pixels = new Uint8Array(library.memory.buffer).slice(out, out + size)
    library.free(at)
    return pixels
  } catch (error) {
    // After a failure the decoder's state is unknown, and what it had allocated is lost: the next image gets another one.
    decoder = null
    throw error
  }
}

function start(): Decoder {
  module ??= compile(readFileSync(createRequire(import.meta.url).resolve('@cwasm/jpeg-turbo/jpeg-turbo.wasm')))
  const library = instantiate(module, imports) as TurboJpeg
  return { library, handle: library.tjInitDecompress() }
}
