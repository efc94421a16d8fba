// Well-known networks that can be downloaded when somebody asks for one. Size and SHA-256 of each are those of its publisher's own record:
// an entry whose record cannot be read is not here (docs/backbones.md names those). Nothing is fetched before it is asked for.
import type { CatalogueEntry } from '../../../shared/contract/backbones.ts'

/** What is known of a network before it is there. */
export type Listed = Pick<
  CatalogueEntry,
  'id' | 'name' | 'publisher' | 'address' | 'bytes' | 'sha256' | 'licence' | 'normalize' | 'parameters' | 'imageSize' | 'record'
>

const publisher = 'ONNX Model Zoo'
/** The commit of its repository whose Git LFS pointers tell size and hash. The files themselves have moved to the addresses below. */
const commit = 'b1eeaa1ac722dcc1cd1a8284bde34393dab61c3d'
const licence = { id: 'Apache-2.0', address: 'https://www.apache.org/licenses/LICENSE-2.0' }

/** @param repository of the publisher's files; @param pointer in its old repository */
function zoo(repository: string, pointer: string): Pick<Listed, 'publisher' | 'address' | 'licence' | 'record' | 'normalize'> {
  return {
    publisher,
    licence,
    normalize: 'imagenet',
    address: `https://huggingface.co/onnxmodelzoo/${repository}/resolve/main/${repository}.onnx`,
    record: `https://github.com/onnx/models/blob/${commit}/${pointer}`,
  }
}

export const catalogue: readonly Listed[] = [
  {
    id: 'mobilenet-v2',
    name: 'MobileNetV2',
    ...zoo('mobilenetv2-10', 'validated/vision/classification/mobilenet/model/mobilenetv2-10.onnx'),
    bytes: 13_963_115,
    sha256: '0e7c0aa4bc74650386fa1d2c84705753de7c2bdb21909ada5c59154bb429e092',
    parameters: 3_504_872,
    imageSize: 224,
  },
  {
    id: 'mobilenet-v3-large',
    name: 'MobileNetV3 Large',
    ...zoo('mobilenetv3_large_100_Opset17', 'Computer_Vision/mobilenetv3_large_100_Opset17_timm/mobilenetv3_large_100_Opset17.onnx'),
    bytes: 21_919_274,
    sha256: 'b0b785f44a068dee4ff35bd88b114d4fd17a8bd635816f8f0ee46fa8b196c29f',
    parameters: 5_483_032,
    imageSize: 224,
  },
  {
    id: 'efficientnet-b0',
    name: 'EfficientNet-B0',
    ...zoo('efficientnet_b0_Opset17', 'Computer_Vision/efficientnet_b0_Opset17_timm/efficientnet_b0_Opset17.onnx'),
    bytes: 21_128_851,
    sha256: 'e76596a2b9e27c7c734c38550859105b43fec926f13447a84dad175eb994068a',
    parameters: 5_288_548,
    imageSize: 224,
  },
  {
    id: 'efficientnet-b2',
    name: 'EfficientNet-B2',
    ...zoo('efficientnet_b2_Opset17', 'Computer_Vision/efficientnet_b2_Opset17_timm/efficientnet_b2_Opset17.onnx'),
    bytes: 36_388_852,
    sha256: '777827628c4b2f12c94887328b4d739b6e152c07f7005cddd9189c6d7b073cd3',
    parameters: 9_109_994,
    imageSize: 256,
  },
  {
    id: 'resnet-50',
    name: 'ResNet-50',
    ...zoo('resnet50-v1-12', 'validated/vision/classification/resnet/model/resnet50-v1-12.onnx'),
    bytes: 102_576_593,
    sha256: '3f03fdef724b22947eed826f1eef1dc5c34151bb4c37d634f1db89dfa2dd1526',
    parameters: 25_557_032,
    imageSize: 224,
  },
  {
    id: 'convnext-tiny',
    name: 'ConvNeXt-Tiny',
    ...zoo('convnext_tiny_Opset17_timm', 'Computer_Vision/convnext_tiny_Opset17_timm/convnext_tiny_Opset17.onnx'),
    bytes: 114_434_309,
    sha256: '6736e3ec9d37f6fc1e47aca78ac6f67a922909708ffe5a2428574f8d60a4b4bb',
    parameters: 28_589_128,
    imageSize: 224,
  },
]
