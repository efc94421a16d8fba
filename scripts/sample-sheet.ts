// The picture of the sample's species: some of them, a row each.
import sharp from 'sharp'
import { drawButterfly, rawSample } from '../src/engine/sample/butterflies.ts'
import { sampleSet } from '../src/engine/sample/sample-set.ts'

const [rows, columns, edge] = [4, 8, 120]

/** Writes a JPEG of 960x480 pixels. */
export async function drawSheet(file: string): Promise<void> {
  const cells = sampleSet.species.slice(0, rows).flatMap((species, row) =>
    Array.from({ length: columns }, async (_, column) => {
      const pixels = await drawButterfly(species, sampleSet.camera, row * columns + column)
      const input = await sharp(pixels, { raw: rawSample }).resize(edge, edge).png().toBuffer()
      return { input, left: column * edge, top: row * edge }
    }),
  )
  const size = { width: columns * edge, height: rows * edge, channels: 3 as const, background: '#fff' }
  await sharp({ create: size })
    .composite(await Promise.all(cells))
    .jpeg({ quality: 82, mozjpeg: true })
    .toFile(file)
}
