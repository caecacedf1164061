import { diffTerminatedLines, type LineHunk } from './line-diff.ts'
import { lineText, splitLines, type Lines } from './lines.ts'

/**
 * Two texts as a unified patch that `patch` and `git apply` accept.
 *
 * Shape: `--- beforeName`, `+++ afterName`, then hunks with `context` equal lines around each change; empty if the texts
 * are equal. A name that is null means the file does not exist on that side (`/dev/null`). A last line without LF is
 * marked as such. CR stays in its line.
 */
export function renderPatch(
  parts: { readonly beforeName: string | null; readonly afterName: string | null; readonly before: string; readonly after: string; readonly context?: number },
): string {
  const context = Math.max(0, parts.context ?? 3)
  const hunks = diffTerminatedLines(parts.before, parts.after)
  if (hunks.length === 0) return ''
  const before = splitLines(parts.before, true)
  const after = splitLines(parts.after, true)
  const out = [`--- ${headerName(parts.beforeName)}\n`, `+++ ${headerName(parts.afterName)}\n`]
  let index = 0
  while (index < hunks.length) {
    let last = index
    while (last + 1 < hunks.length && hunks[last + 1]!.beforeStart - hunks[last]!.beforeEnd <= 2 * context) last += 1
    renderGroup(hunks.slice(index, last + 1), before, after, context, out)
    index = last + 1
  }
  return out.join('')
}

function headerName(name: string | null): string {
  if (name === null) return '/dev/null'
  // A tab ends a name in a patch header; control characters would break the line.
  return /[\u0000-\u001f"\\]/.test(name) ? JSON.stringify(name) : name.includes(' ') ? `${name}\t` : name
}

function renderGroup(hunks: readonly LineHunk[], before: Lines, after: Lines, context: number, out: string[]): void {
  const first = hunks[0] as LineHunk
  const last = hunks[hunks.length - 1] as LineHunk
  const lead = Math.min(context, first.beforeStart)
  const trail = Math.min(context, before.count - last.beforeEnd)
  const beforeStart = first.beforeStart - lead
  const afterStart = first.afterStart - lead
  const beforeCount = last.beforeEnd + trail - beforeStart
  const afterCount = last.afterEnd + trail - afterStart
  out.push(`@@ -${rangeOf(beforeStart, beforeCount)} +${rangeOf(afterStart, afterCount)} @@\n`)
  let at = beforeStart
  for (const hunk of hunks) {
    for (; at < hunk.beforeStart; at += 1) pushLine(' ', before, at, out)
    for (; at < hunk.beforeEnd; at += 1) pushLine('-', before, at, out)
    for (let line = hunk.afterStart; line < hunk.afterEnd; line += 1) pushLine('+', after, line, out)
  }
  for (; at < last.beforeEnd + trail; at += 1) pushLine(' ', before, at, out)
}

/** Line numbers of a patch are one-based; an empty range names the line before it. */
function rangeOf(start: number, count: number): string {
  if (count === 0) return `${start},0`
  return count === 1 ? `${start + 1}` : `${start + 1},${count}`
}

function pushLine(sign: ' ' | '-' | '+', lines: Lines, line: number, out: string[]): void {
  const text = lineText(lines, line)
  out.push(sign, text)
  if (!text.endsWith('\n')) out.push('\n\\ No newline at end of file\n')
}
