// Markdown becomes plain nodes: what a model card needs, and nothing that could do harm.
import { expect, test } from 'vitest'
import { parseMarkdown } from '../../../src/renderer/widgets/markdown.ts'
import type { MarkdownNode } from '../../../src/renderer/widgets/markdown.ts'

const all = (nodes: readonly (MarkdownNode | string)[]): MarkdownNode[] =>
  nodes.flatMap((node) => (typeof node === 'string' ? [] : [node, ...all(node.children)]))
const words = (node: MarkdownNode | string): string => (typeof node === 'string' ? node : node.children.map(words).join(''))

test('headings are lowered; tables, lists, code and pictures are kept', () => {
  const text =
    '# Card\n\n| a | b |\n| --- | :-: |\n| 1 | *x* |\n\n- one\n- two\n\n`code`\n\n![the matrix](pictures/matrix.png)\n\n```\nrun\n```\n'
  const nodes = parseMarkdown(text, { shift: 2 })
  expect(nodes.map(({ tag }) => tag)).toEqual(['h3', 'table', 'ul', 'p', 'p', 'pre'])
  expect(
    all(nodes)
      .filter(({ tag }) => tag === 'td' || tag === 'th')
      .map(words),
  ).toEqual(['a', 'b', '1', 'x'])
  expect(all(nodes).find(({ tag }) => tag === 'img')?.attributes).toEqual({ src: 'pictures/matrix.png', alt: 'the matrix' })
  expect(
    all(nodes)
      .filter(({ tag }) => tag === 'li')
      .map(words),
  ).toEqual(['one', 'two'])
  expect(nodes.at(-1)?.children).toEqual(['run'])
})

test('neither HTML nor links to scripts nor styles come through', () => {
  const nodes = parseMarkdown(
    '<script>alert(1)</script> <img src=x onerror=y>\n\n[x](javascript:alert(1)) [y](data:text/html,1) [z](https://example.org)\n\n| a |\n|:-:|\n| 1 |',
  )
  const tags = all(nodes).map(({ tag }) => tag)
  expect(tags).not.toContain('script')
  expect(tags).not.toContain('img')
  expect(words({ tag: '', attributes: {}, children: nodes })).toContain('<script>')
  expect(all(nodes).flatMap(({ attributes }) => Object.entries(attributes))).toEqual([['href', 'https://example.org']])
})
