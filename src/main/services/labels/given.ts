// Labels and splits that a table or folder gives, image by image, before they are applied.
import { AppError } from '../../../shared/errors.ts'
import type { Split } from '../../../shared/contract/domain.ts'

/** Unknown names that are told; the others are counted. */
const toldUnknown = 100

interface Label {
  readonly class: string | null
  readonly split: Split | null
}

export class GivenLabels {
  readonly images = new Map<number, Label & { readonly where: string }>()
  readonly unknown: string[] = []
  unknownCount = 0

  /** @param where it is said, e.g. `labels.csv, line 3`
   * @throws AppError 'bad-data' where the same image is given another label in another place */
  add(image: number, label: Label, where: string): void {
    const before = this.images.get(image)
    if (before && before.class !== label.class)
      throw new AppError(
        'bad-data',
        `${where}: expected the label '${before.class ?? ''}' as in ${before.where}, found '${label.class ?? ''}'`,
      )
    if (!before) this.images.set(image, { ...label, where })
  }

  addUnknown(name: string): void {
    this.unknownCount++
    if (this.unknown.length < toldUnknown) this.unknown.push(name)
  }
}
