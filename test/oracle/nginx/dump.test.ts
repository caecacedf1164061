import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { expandIncludes } from '#shared/dialects/nginx/expand.ts'
import { parsedOf, shown } from '#test/shared/dialects/nginx/tree-of.ts'

const installed = spawnSync('nginx', ['-v']).status === 0
const skip = installed || process.env['STEELYARD_REQUIRE_BALANCERS'] === '1' ? false : 'nginx is not installed'

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder).toSorted().flatMap((name) => {
    const file = path.join(folder, name)
    return statSync(file).isDirectory() ? filesBelow(file) : [file]
  })
}

test('nginx -T loads the files that we load, in that order, and its dump reads like the folder', { skip }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'steelyard-nginx-dump-'))
  try {
    cpSync(path.join(import.meta.dirname, '../../fixtures/nginx/distribution'), folder, { recursive: true, verbatimSymlinks: true })
    const main = path.join(folder, 'nginx.conf')
    const answer = spawnSync('nginx', ['-T', '-p', folder, '-c', main, '-g', `error_log ${folder}/error.log;`], { encoding: 'utf8', timeout: 20_000 })
    assert.equal(answer.status, 0, answer.stderr)
    const files = expandIncludes([main, ...filesBelow(folder).filter((file) => file !== main && !file.endsWith('.log'))].map((file) => parsedOf(readFileSync(file, 'utf8'), file)))
    for (const dump of [answer.stdout, answer.stderr + answer.stdout]) {
      const dumped = expandIncludes([parsedOf(dump, 'dump.txt')])
      assert.deepEqual(dumped.loaded, files.loaded)
      assert.deepEqual(shown(dumped.directives), shown(files.directives))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
