import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { incidentView } from '#test/bench/pages/views.ts'
import { Overview } from '#renderer/graph/overview.ts'
import { Refresh, type RefreshPlan } from '#renderer/graph/refresh.ts'
import { pictureOf } from './pictures.ts'

/** A canvas that remembers how often it was emptied; drawing on it does nothing. */
class StillCanvas {
  width = 0
  height = 0
  emptied = 0
  readonly #context = new Proxy({ clearRect: () => { this.emptied += 1 } } as Record<string, unknown>, { get: (own, name) => own[String(name)] ?? (() => undefined), set: () => true })

  getContext(): unknown {
    return this.#context
  }
}

const frames: (() => void)[] = []
const host = globalThis as unknown as Record<string, unknown>
const known = { document: host['document'], requestAnimationFrame: host['requestAnimationFrame'], cancelAnimationFrame: host['cancelAnimationFrame'] }
before(() => {
  Object.assign(host, {
    document: { createElement: () => new StillCanvas() },
    requestAnimationFrame: (call: () => void) => frames.push(call),
    cancelAnimationFrame: () => { frames.length = 0 },
  })
})
after(() => { Object.assign(host, known) })

/** A picture without edges and boxes in view: only which canvas is used matters. */
const look = { picture: pictureOf(incidentView()), palette: {}, mode: 'after', traffic: null, live: { edges: [], marks: { stale: false } } } as unknown as RefreshPlan['look']

/** Draws once, to the end; gives the canvas that it was drawn on. */
function draw(refresh: Refresh, keep: (canvas: HTMLCanvasElement) => HTMLCanvasElement | null): StillCanvas {
  let drawn: HTMLCanvasElement | null = null
  refresh.start({
    look, live: look.live as RefreshPlan['live'], nodes: [], edges: [], lies: { sx: 1, sy: 1, tx: 0, ty: 0 }, ratio: 1, width: 300, height: 200,
    done: (canvas) => keep(drawn = canvas),
  })
  while (frames.length > 0) frames.shift()?.()
  assert.ok(drawn !== null && !refresh.isBusy)
  return drawn as unknown as StillCanvas
}

test('what is on the screen is never drawn on, also where there was nothing before it', () => {
  const [refresh, overview] = [new Refresh(), new Overview()]
  const shown: StillCanvas[] = []
  for (let turn = 0; turn < 5; turn += 1) {
    const before = shown.at(-1)
    const emptied = before?.emptied
    shown.push(draw(refresh, (canvas) => overview.replace(look, canvas)))
    assert.notEqual(shown.at(-1), before, `refresh ${turn + 1}`)
    assert.equal(before?.emptied, emptied, `refresh ${turn + 1}`)
  }
  assert.equal(new Set(shown).size, 2, 'two canvases take turns')
})

test('a canvas that is given back is used again, and a size that was prepared is at hand', () => {
  const refresh = new Refresh()
  refresh.prepare(300, 200)
  const [first, second] = [draw(refresh, (canvas) => canvas), draw(refresh, (canvas) => canvas)]
  assert.equal(first, second)
})
