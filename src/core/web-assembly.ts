// Starts WebAssembly modules. TypeScript has its types among the browser's only, so the few that are needed stand here.

export interface Memory {
  /** Another one after each growth; arrays on the old one are empty then. */
  readonly buffer: ArrayBuffer
  /** Makes it larger by pages of 65,536 bytes. */
  grow(pages: number): number
}

/** Compiled code, which any number of instances can share. */
export interface Module {
  readonly [Symbol.toStringTag]: 'WebAssembly.Module'
}

type Imports = Readonly<Record<string, Readonly<Record<string, (...words: number[]) => number>>>>

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => Module
  readonly Instance: new (module: Module, imports: Imports) => { readonly exports: unknown }
}

/** Synchronous: browsers allow it for up to 8 MB. */
export function compile(bytes: Uint8Array): Module {
  return new WebAssembly.Module(bytes)
}

/** A new instance with a memory of its own. `Exports` is what the module is known to export. */
export function instantiate(module: Module, imports: Imports = {}): unknown {
  return new WebAssembly.Instance(module, imports).exports
}
