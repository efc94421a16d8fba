// Recipes of views: plain data, so that they can be stored, hashed and sent to workers.

/** What a backbone expects of its pixels: `imagenet` = (x/255 - mean) / deviation, `symmetric` = x/127.5 - 1, `unit` = x/255. */
export type Normalization = 'imagenet' | 'symmetric' | 'unit'

export type Filter = 'bilinear' | 'bicubic'

/** How the square of `size` pixels is cut from the image. */
export type CropRecipe =
  /** The middle of the image, enlarged or reduced so that its short side is `shortSide` pixels. */
  | { readonly kind: 'center'; readonly shortSide: number }
  /** torchvision's RandomResizedCrop: a part with a random share of the area and a random aspect ratio (width / height), made square. */
  | { readonly kind: 'random-resized'; readonly scale: readonly [number, number]; readonly ratio: readonly [number, number] }
  /** The whole image made square, padded by reflection with `padding` pixels all round, cut at random (CIFAR). */
  | { readonly kind: 'pad-and-crop'; readonly padding: number }

/** FixMatch's RandAugment: `n` operations of its pool, each with a magnitude of 1 to m-1 and probability 1/2, then a grey square. */
export interface RandAugmentRecipe {
  readonly n: number
  /** 2 to 10. */
  readonly m: number
  /** Edge of the grey square in pixels; 0 for none. */
  readonly cutout: number
}

/** torchvision's ColorJitter without hue: factors are drawn from [1 - x, 1 + x], the order is random. */
export interface ColorJitterRecipe {
  readonly brightness: number
  readonly contrast: number
  readonly saturation: number
}

export interface ViewRecipe {
  /** Edge of the square view in pixels. */
  readonly size: number
  readonly filter: Filter
  readonly crop: CropRecipe
  /** Share of the views that show the middle of the image as it is (mirrored or not), as in evaluation; 0 to 1. A frozen network's features
   * of changed images alone are not those that it is tested on. */
  readonly plainShare: number
  /** Mirror left to right with probability 1/2. */
  readonly flip: boolean
  readonly colorJitter: ColorJitterRecipe | null
  readonly randAugment: RandAugmentRecipe | null
  readonly normalize: Normalization
}

export interface RecipeOptions {
  readonly size: number
  readonly normalize: Normalization
  /** Smallest and largest share of the area that a random crop keeps. Default [0.08, 1], torchvision's. */
  readonly scale?: readonly [number, number]
  /** Of random views. Default 0, as in the released code. */
  readonly plainShare?: number
}

export type RecipeName = 'weak' | 'strong' | 'evaluation'

/** As the released Self-Tuning: RandomResizedCrop, flip and RandAugment(2, 10) for training; for testing the middle, at a short side of 256/224
 * of the size. The release squeezes every image into a 256x256 square first; here images keep their proportions. */
export function recipe(name: RecipeName, { size, normalize, scale = [0.08, 1], plainShare = 0 }: RecipeOptions): ViewRecipe {
  const common = { size, filter: 'bilinear', colorJitter: null, normalize } as const
  if (name === 'evaluation')
    return { ...common, crop: { kind: 'center', shortSide: Math.round((size * 256) / 224) }, flip: false, plainShare: 0, randAugment: null }
  const crop = { kind: 'random-resized', scale, ratio: [3 / 4, 4 / 3] } as const
  return { ...common, crop, plainShare, flip: true, randAugment: name === 'strong' ? { n: 2, m: 10, cutout: 16 } : null }
}

/** Short side in pixels that an image is decoded to at most: what the release resizes to before it crops (256 for 224), or what the crop asks for. */
export function shortSideOf({ size, crop }: ViewRecipe): number {
  return crop.kind === 'center' ? crop.shortSide : Math.round((size * 256) / 224)
}
