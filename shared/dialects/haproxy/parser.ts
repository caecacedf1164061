import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { nearest } from '#shared/text/nearest.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import { keyword, wordSpan } from './accessors.ts'
import { hasConditions } from './conditionals.ts'
import { checkConditions } from './conditional-faults.ts'
import { checkNames } from './duplicate-names.ts'
import { isFirstWord } from './first-words.ts'
import { lexHaproxy } from './lexer.ts'
import { checkFile, checkLines } from './line-faults.ts'
import { portion } from './portions.ts'
import { isSectionKind, mayBeSectionKind, readSections, sectionKinds } from './sections.ts'
import { lineFlags, type HaproxyTree, type LineTable } from './tree.ts'
import { bareEnvironment, lineWords } from './words.ts'

/**
 * Lossless tree of one config file, with what is wrong at the level of lines, quotes, conditions and section names.
 *
 * Shape: every byte of the text is in the tree. A line whose first word is in column one, is no keyword of any section and looks
 * like a section word (a near miss, or followed by an indented line) opens a section of that unknown kind.
 * Errors: none thrown. The findings carry `haproxy/…` codes.
 * Source: H-LEX-1 to H-LEX-14, H-DEF-6 to H-DEF-7; HAProxy configuration manual, sections 2.2 to 2.4.
 */
export function parseHaproxy(file: SourceFile): { readonly tree: HaproxyTree; readonly diagnostics: readonly Diagnostic[] } {
  const lines = lexHaproxy(file.text)
  const tree: { file: SourceFile; lines: LineTable; sections: HaproxyTree['sections'] } = { file, lines, sections: [] }
  const findings: Diagnostic[] = []
  const unknownOpenings = markSections(tree)
  tree.sections = readSections(tree, null)
  checkFile(tree, findings)
  for (const line of unknownOpenings) findings.push(unknownSection(tree, line))
  checkLines(tree, findings)
  if (hasConditions(tree)) checkConditions(tree, findings)
  checkNames(tree, findings)
  findings.sort((a, b) => a.at.start - b.at.start)
  return { tree, diagnostics: findings }
}

/** Sets `lineFlags.section`; gives the lines that open a section nobody knows. */
function markSections(tree: HaproxyTree): readonly number[] {
  const { lines } = tree
  const unknown: number[] = []
  for (let line = 0; line < lines.count; line += portion) markSomeSections(tree, line, Math.min(lines.count, line + portion), unknown)
  return unknown
}

function markSomeSections(tree: HaproxyTree, from: number, to: number, unknown: number[]): void {
  const { lines, file } = tree
  const { text } = file
  for (let line = from; line < to; line += 1) {
    const first = lines.firstWord[line] as number
    if (first === (lines.firstWord[line + 1] as number)) continue
    const start = lines.wordStart[first] as number
    const end = lines.wordEnd[first] as number
    const lead = text.charCodeAt(start)
    if (lead === 46) continue
    if (lead === 34 || lead === 39 || lead === 92) {
      if (isSectionKind(lineWords(tree, line, bareEnvironment).words[0]?.value ?? '')) lines.flags[line] = (lines.flags[line] as number) | lineFlags.section
      continue
    }
    const indented = start !== (lines.lineStart[line] as number)
    if (mayBeSectionKind(end - start, lead)) {
      const word = text.slice(start, end)
      if (isSectionKind(word)) {
        lines.flags[line] = (lines.flags[line] as number) | lineFlags.section
        continue
      }
    }
    if (!indented && looksLikeSection(tree, line, text.slice(start, end))) {
      lines.flags[line] = (lines.flags[line] as number) | lineFlags.section
      unknown.push(line)
    }
  }
}

const nameLike = /^[a-z][a-z0-9_-]*$/

function looksLikeSection(tree: HaproxyTree, line: number, word: string): boolean {
  if (!nameLike.test(word) || isFirstWord(word)) return false
  if (nearest(word, sectionKinds, 2) !== null && word.length > 3) return true
  return isFollowedByIndent(tree, line)
}

function isFollowedByIndent(tree: HaproxyTree, line: number): boolean {
  const { lines } = tree
  for (let next = line + 1; next < lines.count; next += 1) {
    const first = lines.firstWord[next] as number
    if (first === (lines.firstWord[next + 1] as number)) continue
    return (lines.wordStart[first] as number) > (lines.lineStart[next] as number)
  }
  return false
}

function unknownSection(tree: HaproxyTree, line: number): Diagnostic {
  const word = keyword(tree, line)
  const meant = nearest(word.toLowerCase(), sectionKinds, 2)
  const at = wordSpan(tree, tree.lines.firstWord[line] as number)
  return diagnostic({
    code: 'haproxy/unknown-section',
    severity: 'error',
    message: `HAProxy will not start: '${word}' is not a section or keyword it knows${meant === null ? '' : `; did you mean '${meant}'`}.`,
    at,
    source: 'HAProxy configuration manual, section 2',
    names: [word],
    fix: meant === null ? null : { title: `Write '${meant}'`, edits: [{ at, text: meant }] },
  })
}
