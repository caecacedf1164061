import type { Page } from 'playwright'

export interface Frames {
  readonly p50: number
  readonly p95: number
  readonly perSecond: number
  /** Longest time the page's main thread was busy at a stretch, milliseconds; 0 when nothing reached 50. */
  readonly longestTask: number
}

/** How a gesture moves the picture: wheel steps per frame, as a trackpad sends them. */
export type Gesture = 'pan' | 'near' | 'zoom'

/**
 * Sends one wheel event a frame to the picture for about two seconds and measures the frames.
 *
 * `pan`: back and forth; `near`: about 2 000 pixels a second; `zoom`: out and in between two zooms, twice.
 * Animation frames are quantised to the 60 Hz tick, which is why the figures are read beside an empty page's.
 */
export async function measureFrames(page: Page, gesture: Gesture, octaves: number): Promise<Frames> {
  return page.evaluate(async ([kind, range]) => {
    const pane = document.querySelector('.react-flow__pane')
    if (pane === null) throw new Error('There is no picture on this page.')
    let longestTask = 0
    const observer = new PerformanceObserver((list) => { for (const entry of list.getEntries()) longestTask = Math.max(longestTask, entry.duration) })
    observer.observe({ entryTypes: ['longtask'] })
    const box = pane.getBoundingClientRect()
    const total = kind === 'zoom' ? 180 : 120
    const times: number[] = []
    await new Promise<void>((resolve) => {
      let frame = 0
      const step = (now: number): void => {
        times.push(now)
        if (frame === total) {
          resolve()
          return
        }
        const isBack = Math.floor(frame / (total / (kind === 'zoom' ? 4 : 2))) % 2 === 1
        const delta = kind === 'zoom' ? (range / 45) * 50 : kind === 'near' ? 33 : 6
        pane.dispatchEvent(new WheelEvent('wheel', {
          bubbles: true, cancelable: true, ctrlKey: kind === 'zoom', clientX: box.left + box.width / 2, clientY: box.top + box.height / 2,
          deltaX: 0, deltaY: (isBack ? -1 : 1) * delta, deltaMode: 0,
        }))
        frame += 1
        requestAnimationFrame(step)
      }
      requestAnimationFrame(step)
    })
    observer.disconnect()
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0)).sort((a, b) => a - b)
    const at = (share: number): number => gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))] ?? 0
    const elapsed = (times[times.length - 1] ?? 0) - (times[0] ?? 0)
    return { p50: at(0.5), p95: at(0.95), perSecond: (gaps.length * 1000) / elapsed, longestTask }
  }, [gesture, octaves] as const)
}
