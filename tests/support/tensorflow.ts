// Whether TensorFlow is set up on this machine, for the tests that compute with it.
import { installedTensorFlow, tensorflowFolder } from '../../src/node/tensorflow.ts'

export const isTensorFlowThere = installedTensorFlow(tensorflowFolder()) !== null

/** For the titles of tests that are skipped without it. */
export const withoutTensorFlow = isTensorFlowThere ? '' : ' (skipped: TensorFlow is not set up here; npm run setup:tensorflow brings it)'
