// Markdown as a tree of plain nodes that a component renders itself: nothing of it is ever read as HTML.
import MarkdownIt from 'markdown-it'
import type { Token } from 'markdown-it'

export interface MarkdownNode {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (MarkdownNode | string)[]
}

/** Attributes that are passed on; others, e.g. styles of columns, are dropped. */
const allowed = new Set(['href', 'src', 'alt', 'title', 'start'])
/** Links that may leave: the parser has refused `javascript:` and the like already. */
const linkable = /^(https?:|mailto:|#)/

const parser = new MarkdownIt({ html: false, linkify: false })

/** @param shift levels by which headings are lowered, to fit below those of the page */
export function parseMarkdown(text: string, { shift = 0 }: { readonly shift?: number } = {}): MarkdownNode[] {
  return build(parser.parse(text, {}), shift).filter((node) => typeof node !== 'string')
}

function build(tokens: readonly Token[], shift: number): (MarkdownNode | string)[] {
  const root: (MarkdownNode | string)[] = []
  const open: { tag: string; attributes: Record<string, string>; children: (MarkdownNode | string)[] }[] = []
  const add = (node: MarkdownNode | string): void => void (open.at(-1)?.children ?? root).push(node)
  for (const token of tokens) {
    if (token.nesting === 1) open.push({ tag: tagOf(token, shift), attributes: attributesOf(token), children: [] })
    else if (token.nesting === -1) {
      const made = open.pop()
      // Paragraphs of a tight list are no paragraphs.
      if (made?.tag === 'p' && token.hidden) made.children.forEach(add)
      else if (made) add(made)
    } else for (const node of leaf(token, shift)) add(node)
  }
  return root
}

function leaf(token: Token, shift: number): (MarkdownNode | string)[] {
  switch (token.type) {
    case 'inline':
      return build(token.children ?? [], shift)
    case 'text':
      return token.content === '' ? [] : [token.content]
    case 'softbreak':
      return [' ']
    case 'code_inline':
      return [{ tag: 'code', attributes: {}, children: [token.content] }]
    case 'fence':
    case 'code_block':
      return [{ tag: 'pre', attributes: {}, children: [token.content.trimEnd()] }]
    case 'image':
      return [{ tag: 'img', attributes: { ...attributesOf(token), alt: token.content }, children: [] }]
    default:
      // Line breaks and rules.
      return token.tag === '' ? [token.content] : [{ tag: token.tag, attributes: {}, children: [] }]
  }
}

function tagOf({ tag }: Token, shift: number): string {
  const level = /^h([1-6])$/.exec(tag)?.[1]
  return level === undefined ? tag : `h${Math.min(6, Number(level) + shift)}`
}

function attributesOf(token: Token): Record<string, string> {
  return Object.fromEntries(
    (token.attrs ?? [])
      .map(([name, value]) => [name, String(value)] as const)
      .filter(([name, value]) => allowed.has(name) && (name !== 'href' || linkable.test(value))),
  )
}
