// G8, first half: the own line diff against `git diff --histogram --no-index` (process start and patch included).
//   --lines 10000,100000   --edits 100,5000   --repetitions 7
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { diffLines, countChanges } from '#shared/text/line-diff.ts'
import { seeded } from './generate-graph.ts'
import { describe, figure, interleave, load, median, readFlags, verdict } from './measure.ts'

const flags = readFlags()

function configLines(count: number): string[] {
  const lines: string[] = []
  for (let backend = 0; lines.length < count; backend += 1) {
    lines.push(`backend b${backend}`, '    balance roundrobin', '    option httpchk GET /health')
    for (let server = 0; server < 5; server += 1) lines.push(`    server s${server} 10.${(backend >> 8) & 255}.${backend & 255}.${server + 1}:8080 weight 100 check`)
    lines.push('')
  }
  return lines.slice(0, count)
}

/** 70 % changed, 15 % inserted, 15 % removed lines. */
function edited(lines: readonly string[], edits: number): string[] {
  const random = seeded(11)
  const copy: (string | null)[] = [...lines]
  const inserted = new Map<number, string>()
  for (let edit = 0; edit < edits; edit += 1) {
    const at = random(lines.length)
    const kind = random(100)
    if (kind < 70) copy[at] = `${lines[at] as string} # edit ${edit}`
    else if (kind < 85) inserted.set(at, `    # inserted ${edit}`)
    else copy[at] = null
  }
  return copy.flatMap((line, at) => [...(inserted.has(at) ? [inserted.get(at) as string] : []), ...(line === null ? [] : [line])])
}

const folder = mkdtempSync(path.join(tmpdir(), 'textdiff-'))
try {
  for (const lines of flags.numbers('lines', [1000, 10_000, 100_000])) {
    for (const edits of flags.numbers('edits', [1, 100, 5000])) {
      if (edits > lines / 2) continue
      const from = configLines(lines)
      const before = `${from.join('\n')}\n`
      const after = `${edited(from, edits).join('\n')}\n`
      const files = [path.join(folder, 'before.cfg'), path.join(folder, 'after.cfg')] as const
      writeFileSync(files[0], before)
      writeFileSync(files[1], after)
      let own = { added: 0, removed: 0 }
      let patch = ''
      // A fresh string each time: a flat one, as it comes out of decoding a file.
      const fresh = (): readonly [string, string] => [Buffer.from(before).toString('utf8'), Buffer.from(after).toString('utf8')]
      let pair = fresh()
      const samples = await interleave(flags.number('repetitions', 7), [
        { name: 'own', run: () => { own = countChanges(diffLines(pair[0], pair[1])) } },
        { name: 'git', run: () => { patch = spawnSync('git', ['diff', '--histogram', '--no-index', '--no-color', ...files], { maxBuffer: 1 << 28, env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' } }).stdout.toString(); pair = fresh() } },
      ])
      const [ours, gits] = samples.map((sample) => median(sample.times)) as [number, number]
      const counted = { added: patch.split('\n').filter((line) => /^\+(?!\+\+ )/.test(line)).length, removed: patch.split('\n').filter((line) => /^-(?!-- )/.test(line)).length }
      console.log(`${lines} lines, ${edits} edits: own ${describe((samples[0] as { times: number[] }).times)}, git ${describe((samples[1] as { times: number[] }).times)}; lines +${own.added} −${own.removed}, git +${counted.added} −${counted.removed}; ${load()}`)
      if (lines === 100_000 && edits === 5000) verdict('G8 line diff', `${figure(ours / gits)} of git (gate 1.2)`, ours <= gits * 1.2)
      else console.log(`  ${figure(ours / gits)} of git`)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
