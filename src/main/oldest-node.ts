// The oldest Node that the application and the engine run in.

/** Major version; what they use came with it, e.g. node:sqlite without a flag and Float16Array. */
export const oldestNode = 24
