import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, root, settled, test } from './app.ts'

const folder = path.join(root, 'test-results', 'screens')

/** Pictures of every workspace to look at; each also asserts that nothing hangs over the edge of the window. */
for (const theme of ['dark', 'light'] as const) {
  for (const [width, height] of [[1280, 800], [1920, 1080]] as const) {
    test(`every workspace fits ${width}×${height}, ${theme}`, async ({ page, app }) => {
      mkdirSync(folder, { recursive: true })
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height })
      await app.open(page)
      await settled(page)
      await expect(page.locator('.text-tab .view-line').first()).toBeVisible()
      const shoot = async (name: string): Promise<void> => {
        await page.waitForTimeout(350)
        await page.screenshot({ path: path.join(folder, `${name}-${theme}-${width}.png`) })
        const over = await page.evaluate(() => ({ x: document.documentElement.scrollWidth - innerWidth, y: document.documentElement.scrollHeight - innerHeight }))
        expect(over, name).toEqual({ x: 0, y: 0 })
        const cut = await page.locator('.top button, .toolbar button, .foot button, .rail button').evaluateAll((buttons) => buttons.filter((button) => {
          const box = button.getBoundingClientRect()
          return box.width > 0 && (box.right > innerWidth || box.bottom > innerHeight || box.left < 0)
        }).map((button) => button.textContent))
        expect(cut, name).toEqual([])
      }
      const press = async (...keys: readonly string[]): Promise<void> => {
        await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
        for (const key of keys) await page.keyboard.press(key)
      }
      await shoot('review')
      await press('n')
      await expect(page.locator('.card.sel')).toBeVisible()
      await shoot('review-chosen')
      for (const tab of ['Plain English', 'Checks', 'Decision list'] as const) {
        await page.getByRole('tab', { name: tab }).click()
        await shoot(`review-${tab.toLowerCase().replace(' ', '-')}`)
      }
      await page.getByRole('tab', { name: 'Text diff' }).click()
      await press('Escape', 't')
      await expect(page.locator('.picture table').first()).toBeVisible()
      await shoot('review-table')
      await press('t', 'c')
      await shoot('review-only-changed')
      await press('c')
      await page.getByRole('radio', { name: 'Side by side' }).first().click()
      await shoot('review-side-by-side')
      await page.getByRole('radio', { name: 'Overlay' }).click()
      await press('3')
      await page.getByRole('textbox', { name: 'URL', exact: true }).fill('https://api.shop.example/v2/auth/login')
      await page.keyboard.press('Enter')
      await expect(page.locator('.trace-result')).toHaveCount(2)
      await shoot('trace')
      await press('4')
      await expect(page.locator('.diagnostic').first()).toBeVisible()
      await shoot('checks')
      await press('1', 'Control+Shift+A')
      await page.getByRole('dialog').getByLabel('Note').fill('Drilled on staging before the release of 20 November')
      await shoot('approve')
      await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
      await expect(page.getByRole('dialog')).toHaveCount(0)
      await press('5')
      await expect(page.getByRole('table', { name: /Snapshots/ })).toBeVisible()
      await shoot('history')
      await press('6')
      await shoot('settings')
      await press('2')
      await shoot('live')
      await press('1', 'Control+k')
      await page.keyboard.type('api')
      await shoot('palette')
      await page.keyboard.press('Escape')
      await press('?')
      await shoot('keys')
      await page.keyboard.press('Escape')
      await press('Control+o')
      await shoot('open')
      await page.keyboard.press('Escape')
      await press('Control+e')
      await shoot('export')
    })
  }
}
