// ESLint rules about whole files, which ESLint and its plugins lack: a purpose on line 1, and a size limit that takes a reason.

/** The first line says what the file is for (a shebang may come before it). */
const purpose = {
  meta: { type: 'suggestion', schema: [], messages: { missing: 'Say on the first line, in a comment, what this file is for.' } },
  create: (context) => ({
    Program(node) {
      // A single-file component begins with a comment of its markup, which is none to the script's parser.
      const lead = /^<!--(.*)-->/.exec(context.sourceCode.lines[0] ?? '')
      if (lead && lead[1].trim().length >= 10) return
      const [first, second] = context.sourceCode.getAllComments()
      const comment = first?.type === 'Shebang' ? second : first
      if (!comment || comment.loc.start.line > 2 || comment.value.trim().length < 10) context.report({ node, messageId: 'missing' })
    },
  }),
}

/** At most `max` lines, unless the first line gives the reason: `// over 500 lines: …`. */
const size = {
  meta: {
    type: 'suggestion',
    schema: [{ type: 'object', properties: { max: { type: 'integer' } }, required: ['max'], additionalProperties: false }],
    messages: { tooLong: '{{lines}} lines, at most {{max}}: split the file, or begin it with "// over {{max}} lines: <reason>".' },
  },
  create: (context) => ({
    Program(node) {
      const { max } = context.options[0]
      const { lines } = context.sourceCode
      const length = lines.at(-1) === '' ? lines.length - 1 : lines.length
      const excused = new RegExp(`^// over ${max} lines: .{10,}`).test(lines[0] ?? '')
      if (length > max && !excused)
        context.report({ node, loc: { line: max + 1, column: 0 }, messageId: 'tooLong', data: { lines: String(length), max: String(max) } })
    },
  }),
}

export const fileRules = { rules: { purpose, 'size-warning': size, size } }
