import type { HaproxyTree, Section } from './tree.ts'
import { lineFlags } from './tree.ts'
import { wordValues } from './words.ts'
import type { Environment } from './words.ts'
import { evaluateCondition } from './condition.ts'
import { readSections } from './sections.ts'

export interface ConditionalEnvironment extends Environment {
  /** Names of the build features that are on, e.g. `OPENSSL`; absent: not known. */
  readonly features?: readonly string[]
}

export interface UndecidedCondition {
  readonly line: number
  /** The condition as the product reads it: words joined with single blanks. */
  readonly text: string
  /** Plain sentence. */
  readonly reason: string
}

export interface ActiveLines {
  /** 1 for a line whose keyword counts; 0 for dropped branches and for the conditional lines themselves. */
  readonly active: Uint8Array
  readonly undecided: readonly UndecidedCondition[]
  /** Sections opened by active lines only; `endLine` may jump over dropped openings, so look at `active` too. */
  readonly sections: readonly Section[]
  /** Environment that holds at `line`, after every `setenv` above it. */
  environmentAt(line: number): ConditionalEnvironment
  /** Environment after the last line; pass it on to the next file. */
  readonly environment: ConditionalEnvironment
}

const environmentKeywords = new Set(['setenv', 'presetenv', 'unsetenv', 'resetenv'])

interface Block {
  /** A branch above was taken, or the block itself stands in a dropped branch. */
  taken: boolean
  readonly outer: boolean
}

/**
 * Which lines of a file count under `environment`.
 *
 * Conditions are evaluated in file order. `setenv`, `presetenv`, `unsetenv` and `resetenv` of active `global` lines take effect
 * for the lines below them; read words with `environmentAt(line)`. State goes from file to file through `environment`.
 * A condition that cannot be known (features not given, patch version not given, unknown function) counts as false and is listed.
 * Source: HAProxy configuration manual, section 2.4; H-LEX-8 to H-LEX-8e.
 */
export function activeLines(tree: HaproxyTree, environment: ConditionalEnvironment): ActiveLines {
  return hasConditions(tree) ? linesUnderConditions(tree, environment) : allLines(tree, environment)
}

/** Whether some line may be dropped. */
export function hasConditions(tree: HaproxyTree): boolean {
  const { flags } = tree.lines
  for (let line = 0; line < flags.length; line += 1) if (((flags[line] as number) & lineFlags.conditional) !== 0) return true
  return false
}

/** Without conditions every line counts, and only global sections need to be read. */
function allLines(tree: HaproxyTree, environment: ConditionalEnvironment): ActiveLines {
  const { lines } = tree
  const changes: EnvironmentChange[] = []
  let current = environment
  for (const section of tree.sections) {
    if (!isGlobal(tree, section, current)) continue
    for (let line = section.line + 1; line < section.endLine; line += 1) {
      const values = wordValues(tree, line, current)
      if (!environmentKeywords.has(values[0] ?? '')) continue
      current = withAssignment(current, values)
      changes.push({ line, environment: current })
    }
  }
  return { active: new Uint8Array(lines.count).fill(1), undecided: [], sections: tree.sections, environmentAt: environmentsBy(environment, changes), environment: current }
}

function isGlobal(tree: HaproxyTree, section: Section, environment: ConditionalEnvironment): boolean {
  // The word of a section may come from a variable.
  const isCooked = ((tree.lines.flags[section.line] as number) & lineFlags.cooked) !== 0
  return isCooked ? wordValues(tree, section.line, environment)[0] === 'global' : section.kind === 'global'
}

interface EnvironmentChange {
  readonly line: number
  readonly environment: ConditionalEnvironment
}

function environmentsBy(start: ConditionalEnvironment, changes: readonly EnvironmentChange[]): (line: number) => ConditionalEnvironment {
  if (changes.length === 0) return () => start
  return (line) => {
    let found = start
    for (const change of changes) {
      if (change.line >= line) break
      found = change.environment
    }
    return found
  }
}

function linesUnderConditions(tree: HaproxyTree, environment: ConditionalEnvironment): ActiveLines {
  const { lines } = tree
  const active = new Uint8Array(lines.count).fill(1)
  const undecided: UndecidedCondition[] = []
  const changes: EnvironmentChange[] = []
  let current = environment
  const blocks: Block[] = []
  let on = true
  let dropped = false
  let inGlobal = false
  for (let line = 0; line < lines.count; line += 1) {
    const flag = lines.flags[line] as number
    if ((flag & lineFlags.conditional) !== 0) {
      const values = wordValues(tree, line, current)
      const directive = values[0] ?? ''
      active[line] = 0
      const decide = (): boolean => {
        const text = values.slice(1).join(' ')
        const answer = evaluateCondition(text, current)
        if (answer.value === null) undecided.push({ line, text, reason: answer.reason })
        return answer.value === true
      }
      if (directive === '.if') {
        blocks.push({ taken: !on, outer: on })
        if (on) {
          on = decide()
          const block = blocks[blocks.length - 1]
          if (block !== undefined && on) block.taken = true
        }
      } else if (directive === '.elif') {
        const block = blocks[blocks.length - 1]
        if (block !== undefined) {
          if (block.taken) on = false
          else {
            on = decide()
            if (on) block.taken = true
          }
        }
      } else if (directive === '.else') {
        const block = blocks[blocks.length - 1]
        if (block !== undefined) {
          on = !block.taken
          block.taken = true
        }
      } else if (directive === '.endif') {
        const block = blocks.pop()
        if (block !== undefined) on = block.outer
      } else if (on) {
        // .diag, .notice, .warning, .alert: nothing to route, but the line does count.
        active[line] = 1
      }
      continue
    }
    if (!on) {
      active[line] = 0
      dropped = true
      continue
    }
    if ((flag & lineFlags.section) !== 0) {
      inGlobal = wordValues(tree, line, current)[0] === 'global'
    } else if (inGlobal && (lines.firstWord[line] as number) < (lines.firstWord[line + 1] as number)) {
      const values = wordValues(tree, line, current)
      if (environmentKeywords.has(values[0] ?? '')) {
        current = withAssignment(current, values)
        changes.push({ line, environment: current })
      }
    }
  }
  const sections = dropped ? readSections(tree, active) : tree.sections
  return { active, undecided, sections, environmentAt: environmentsBy(environment, changes), environment: current }
}

function withAssignment(environment: ConditionalEnvironment, values: readonly string[]): ConditionalEnvironment {
  const [directive, ...rest] = values
  const name = rest[0]
  const before = environment.variables
  if (directive === 'resetenv') return { ...environment, variables: Object.fromEntries(Object.entries(before).filter(([key]) => rest.includes(key))) }
  if (directive === 'unsetenv') return { ...environment, variables: Object.fromEntries(Object.entries(before).filter(([key]) => !rest.includes(key))) }
  if (name === undefined) return environment
  if (directive === 'presetenv' && Object.hasOwn(before, name)) return environment
  return { ...environment, variables: { ...before, [name]: rest[1] ?? '' } }
}
