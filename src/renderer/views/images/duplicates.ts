// What groups of images that are alike have in common, and what not.
import type { ImageRow } from '../../../shared/contract/images.ts'

/** Which one is right is for a person to say. Images without a label agree with all. */
export function labelsDiffer(images: readonly Pick<ImageRow, 'class'>[]): boolean {
  return new Set(images.flatMap((one) => one.class ?? [])).size > 1
}

/** The images of groups, without some: one that is left alone is like no other. */
export function without<Row extends Pick<ImageRow, 'id'>>(
  groups: readonly { readonly images: readonly Row[] }[],
  gone: readonly number[],
): Row[][] {
  return groups.map(({ images }) => images.filter(({ id }) => !gone.includes(id))).filter(({ length }) => length > 1)
}
