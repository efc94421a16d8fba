// Code that goes with an exported model and runs as it is, beside it.

export const python = `# Classes of images by model.onnx. Usage: python predict.py image.jpg ...
# Needs: pip install onnxruntime pillow numpy
import io
import pathlib
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageCms, ImageOps

here = pathlib.Path(__file__).resolve().parent
labels = (here / 'labels.txt').read_text(encoding='utf-8').splitlines()
session = onnxruntime.InferenceSession(str(here / 'model.onnx'), providers=['CPUExecutionProvider'])


# Upright sRGB of any size: the model resizes, crops and normalises itself.
def read(file):
    image = ImageOps.exif_transpose(Image.open(file))
    profile = image.info.get('icc_profile')
    if profile:
        known = image if image.mode in ('RGB', 'CMYK', 'L') else image.convert('RGB')
        try:
            return ImageCms.profileToProfile(known, io.BytesIO(profile), ImageCms.createProfile('sRGB'), outputMode='RGB')
        except ImageCms.PyCMSError:
            pass  # A profile of other colours, or a damaged one.
    return image.convert('RGB')


for file in sys.argv[1:]:
    image = read(file)
    (probabilities,) = session.run(['probabilities'], {'image': np.asarray(image)[np.newaxis]})
    best = np.argsort(-probabilities[0])[:5]
    print(file, '  '.join(f'{labels[i]} {probabilities[0][i]:.4f}' for i in best), sep='\\t')
`

export const javaScript = `// Classes of images by model.onnx. Usage: node predict.mjs image.jpg ...
// Needs: npm install onnxruntime-node sharp
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'

const beside = (name) => fileURLToPath(new URL(name, import.meta.url))
const labels = readFileSync(beside('labels.txt'), 'utf8').trimEnd().split('\\n')
const session = await InferenceSession.create(beside('model.onnx'))

for (const file of process.argv.slice(2)) {
  // Upright RGB of any size: the model resizes, crops and normalises itself.
  const pixels = sharp(file).autoOrient().removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' })
  const { data, info } = await pixels.toBuffer({ resolveWithObject: true })
  const image = new Tensor('uint8', new Uint8Array(data), [1, info.height, info.width, 3])
  const { probabilities } = await session.run({ image })
  const ranked = labels.map((name, i) => ({ name, probability: probabilities.data[i] }))
  ranked.sort((a, b) => b.probability - a.probability)
  console.log(file + '\\t' + ranked.slice(0, 5).map(({ name, probability }) => name + ' ' + probability.toFixed(4)).join('  '))
}
`

/** This program's own command line: from the folder that it was cloned or installed to. @param folder of the export */
export function shellSample(folder: string): string {
  return `# From the folder of Self-Tuning Studio
npm run --silent cli -- predict --model ${quoted(folder)} image.jpg
# All images of a folder, one JSON object a line
npm run --silent cli -- predict --model ${quoted(folder)} --json *.jpg
`
}

/** For POSIX shells and PowerShell alike, unless the name itself has a quote. */
function quoted(text: string): string {
  return text.includes("'") ? `"${text.replace(/["$`\\]/g, '\\$&')}"` : `'${text}'`
}
