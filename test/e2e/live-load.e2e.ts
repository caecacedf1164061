import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { configOfPools, startFakeBalancer } from '#test/support/fake-balancer.ts'
import { expect, settled, test, watchBalancer } from './app.ts'

const seconds = 8

test('300 pools at one poll a second leave the window quick', async ({ page, app }) => {
  const pools = Array.from({ length: 300 }, (_, index) => ({ name: `pool-${index + 1}`, rates: [20 + (index % 7) * 10, 20 + (index % 7) * 10, 20 + (index % 7) * 10] }))
  const socket = path.join(app.folder, 'stats.sock')
  const config = path.join(app.folder, 'haproxy.cfg')
  await writeFile(config, configOfPools(pools))
  const balancer = await startFakeBalancer(socket, pools)
  try {
    await app.open(page, [config])
    await settled(page)
    await page.keyboard.press('2')
    await watchBalancer(page, socket)
    await expect(page.getByRole('region', { name: 'Live traffic' }).locator('canvas').first()).toBeVisible({ timeout: 20_000 })
    await sleep(4000)
    const measured = await page.evaluate(async (forMs) => {
      const frames: number[] = []
      const tasks: number[] = []
      const observer = new PerformanceObserver((list) => { for (const entry of list.getEntries()) tasks.push(entry.duration) })
      observer.observe({ entryTypes: ['longtask'] })
      await new Promise<void>((resolve) => {
        const started = performance.now()
        let last = started
        const frame = (now: number): void => {
          frames.push(now - last)
          last = now
          if (now - started < forMs) requestAnimationFrame(frame)
          else resolve()
        }
        requestAnimationFrame(frame)
      })
      observer.disconnect()
      frames.sort((a, b) => a - b)
      const at = (part: number): number => frames[Math.min(frames.length - 1, Math.floor(frames.length * part))] ?? 0
      return { frames: frames.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), longestTask: Math.max(0, ...tasks) }
    }, seconds * 1000)
    console.log(`300 pools, 900 servers, 1 Hz: ${measured.frames} frames, p50 ${measured.p50.toFixed(1)} ms, p95 ${measured.p95.toFixed(1)} ms, p99 ${measured.p99.toFixed(1)} ms; longest task ${measured.longestTask.toFixed(0)} ms`)
    // Loose, because test machines are busy; on a free one the longest task stays below 100 ms.
    expect(measured.longestTask).toBeLessThan(2000)
    await expect(page.getByText('live · 1 s')).toBeVisible()
  } finally {
    await balancer.close()
  }
})
