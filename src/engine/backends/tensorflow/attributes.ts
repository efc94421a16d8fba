// Attributes of TensorFlow's operators, as the binding takes them.

/** An attribute's kind in TensorFlow's numbering (tensorflow/c/tf_attrtype.h), which is fixed, and its value. */
export interface Attribute {
  readonly type: number
  readonly value: number | boolean | string | readonly number[]
}

/** By name. What is left out has the default of the operator's definition; types of inputs are found by TensorFlow, but for lists of inputs. */
export type Attributes = Readonly<Record<string, Attribute>>

export const text = (value: string): Attribute => ({ type: 0, value })
/** A whole number, or a list of them. */
export const int = (value: number | readonly number[]): Attribute => ({ type: 1, value })
export const float = (value: number): Attribute => ({ type: 2, value })
export const flag = (value: boolean): Attribute => ({ type: 3, value })
/** An element type: see data-types.ts. */
export const type = (value: number): Attribute => ({ type: 4, value })
