import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { startFakePrometheus, type ScrapedServer } from '#test/support/fake-prometheus.ts'
import { expect, settled, test, watchBalancer } from './app.ts'

test.setTimeout(120_000)

test('what Prometheus kept is on the timeline at once, and leads back to when it began', async ({ page, app }) => {
  const nowS = Date.now() / 1000
  const brokenS = nowS - 50 * 60
  const servers: readonly ScrapedServer[] = [
    { pool: 'app', server: 'a', answered: (atS) => 20 * (atS - nowS + 1e6) + 20 * Math.max(0, atS - brokenS) },
    { pool: 'app', server: 'b', answered: (atS) => 20 * (Math.min(atS, brokenS) - nowS + 1e6) },
  ]
  const config = path.join(app.folder, 'haproxy.cfg')
  await writeFile(config, 'defaults\n  mode http\nfrontend web\n  bind :80\n  default_backend app\nbackend app\n  balance roundrobin\n  server a 10.0.0.1:80 weight 100\n  server b 10.0.0.2:80 weight 100\n')
  let isSilent = true
  let stalled = (): void => undefined
  const silent = new Promise<void>((resolve) => { stalled = resolve })
  const prometheus = await startFakePrometheus(servers, 5, (asked) => {
    if (!isSilent || !asked.includes('query_range')) return null
    stalled()
    return 'hang'
  })
  try {
    await app.open(page, [config])
    await settled(page)
    await page.keyboard.press('2')
    const source = page.getByRole('textbox', { name: 'Source' })
    const span = page.getByRole('combobox', { name: 'Begin with the last' })
    await expect(span).toBeHidden()
    await source.fill(prometheus.source)
    await expect(span).toHaveValue('30')
    await span.selectOption('2 hours')

    await test.step('the wait can be given up', async () => {
      await page.getByRole('button', { name: 'Watch', exact: true }).click()
      await silent
      await page.getByRole('button', { name: 'Stop', exact: true }).click()
      await expect(page.getByRole('button', { name: 'Watch', exact: true })).toBeEnabled()
      isSilent = false
    })
    await watchBalancer(page, prometheus.source)
    await expect(page.locator('[data-alert]').filter({ hasText: 'app/a' })).toBeVisible({ timeout: 30_000 })
    await expect(page.getByRole('combobox', { name: 'Length of the timeline' })).toHaveValue('null')
    await test.step('back to when it began', async () => {
      await page.keyboard.press('n')
      await page.keyboard.press('b')
      const clock = (atS: number): string => new Date(atS * 1000).toTimeString().slice(0, 5)
      const told = await page.getByRole('slider', { name: 'Moment' }).getAttribute('aria-valuetext')
      expect([clock(brokenS), clock(brokenS + 60)]).toContain(told?.slice(0, 5))
    })
  } finally {
    await prometheus.close()
  }
})
