// Every ONNX operator that can be read: name -> how it becomes part of our graph.
import { activation } from './activation.ts'
import { arithmetic } from './arithmetic.ts'
import { indexing } from './indexing.ts'
import { movement } from './movement.ts'
import { layers } from './normalisation.ts'
import type { Importer } from './reader.ts'
import { reduction } from './reduction.ts'
import { resizing } from './resize.ts'
import { windowed } from './windows.ts'

const rows: Readonly<Record<string, Importer>> = {
  ...arithmetic,
  ...activation,
  ...layers,
  ...windowed,
  ...movement,
  ...resizing,
  ...indexing,
  ...reduction,
}

export const importers: ReadonlyMap<string, Importer> = new Map(Object.entries(rows))
