import type { Page } from 'playwright/test'
import { copySample, expect, replaceInFile, settled, test } from './app.ts'

const focused = (page: Page) => page.locator(':focus')

/** Walks with Tab until `found`; a person does the same. */
async function tabTo(page: Page, name: RegExp, limit = 60): Promise<void> {
  for (let step = 0; step < limit; step += 1) {
    await page.keyboard.press('Tab')
    const label = await focused(page).evaluateAll((elements) => elements.map((each) => `${each.getAttribute('aria-label') ?? ''} ${each.getAttribute('data-edge') ?? ''} ${(each as HTMLInputElement).labels?.[0]?.textContent ?? ''} ${each.textContent ?? ''}`).join(' '))
    if (name.test(label)) return
  }
  throw new Error(`Tab never reached ${name}`)
}

test('the same story without a mouse', async ({ page, app }) => {
  const files = await copySample(app.folder)
  await app.open(page)
  await settled(page)

  await test.step('open the baseline, then the candidate, by path', async () => {
    await page.keyboard.press('Control+o')
    await expect(focused(page)).toHaveAccessibleName(/Path on this machine/)
    await page.keyboard.type(files.before)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('button', { name: 'Candidate: known.cfg' })).toBeVisible()
    await page.keyboard.press('Control+Shift+O')
    await expect(page.getByRole('dialog', { name: 'Open a config' })).toBeVisible()
    await page.keyboard.type(files.before)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('button', { name: 'Baseline: known.cfg' })).toBeVisible()
    await page.keyboard.press('Control+o')
    await page.keyboard.type(files.after)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('button', { name: 'Candidate: candidate.cfg' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Baseline: known.cfg' })).toBeVisible()
    await settled(page)
  })

  await test.step('n chooses a finding, v marks it, F7 walks the text', async () => {
    await page.keyboard.press('n')
    const first = page.locator('.card.sel')
    await expect(first).toHaveCount(1)
    await page.keyboard.press('v')
    await expect(first.getByRole('checkbox')).toBeChecked()
    await page.keyboard.press('n')
    await page.keyboard.press('p')
    await expect(first.getByRole('checkbox')).toBeChecked()
    await page.keyboard.press('F7')
    await expect(page.locator('.text-tab .view-line').first()).toBeVisible()
    await page.keyboard.press('Escape')
  })

  await test.step('find in the picture, walk to an edge, Enter shows its line', async () => {
    await page.keyboard.press('/')
    await expect(focused(page)).toHaveAccessibleName('Find in the picture')
    await page.keyboard.type('auth')
    await expect(page.locator('.find-count')).toHaveText(/\d+\/\d+/)
    await page.keyboard.press('Enter')
    await expect(page.locator('.find-count')).toHaveText(/^1\/\d+/)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await tabTo(page, /pool|backend|frontend|listener|rule/i)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await expect(page.locator('.text-tab .view-line').first()).toBeVisible()
    await expect(page.getByRole('contentinfo')).toContainText(/\.cfg:\d+/)
  })

  await test.step('the palette runs commands, finds boxes and findings', async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('inline')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('radio', { name: 'Inline' })).toHaveAttribute('aria-checked', 'true')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('api-2')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  })

  await test.step('approve with a note', async () => {
    await page.keyboard.press('Control+Shift+A')
    await expect(focused(page)).toHaveAccessibleName(/Note/)
    await page.keyboard.type('Checked by hand')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await expect(focused(page)).toHaveText('Approve')
    await page.keyboard.press('Enter')
    await expect(page.getByText('candidate.cfg is now known good.')).toBeVisible()
  })

  await test.step('the file changes on disk: the engine notices, the place stays', async () => {
    await replaceInFile(files.after, 'weight 200', 'weight 175')
    await expect(page.getByText('candidate.cfg changed on disk, reloaded.')).toBeVisible({ timeout: 15_000 })
    await expect(page.getByRole('radio', { name: 'Inline' })).toHaveAttribute('aria-checked', 'true')
  })

  await test.step('trace a request', async () => {
    await page.keyboard.press('3')
    await tabTo(page, /\bURL\b/)
    await page.keyboard.type('https://api.shop.example/v2/auth/login')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('region', { name: 'Results' })).toContainText('This request is treated differently.')
  })

  for (const [arrows, format] of [[0, 'SVG'], [1, 'PNG'], [2, 'PDF']] as const) {
    await test.step(`export ${format}`, async () => {
      await page.keyboard.press('Control+e')
      await expect(page.getByRole('dialog', { name: 'Export the picture' })).toBeVisible()
      await tabTo(page, /^\s*SVG/)
      for (let step = 0; step < arrows; step += 1) await page.keyboard.press('ArrowRight')
      await tabTo(page, new RegExp(`Save ${format}`))
      const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
      expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${format.toLowerCase()}$`))
      await expect(page.getByRole('dialog')).toHaveCount(0)
    })
  }

  await test.step('? shows the keys, Esc closes them', async () => {
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  })
})

/** Walks the whole page with Tab alone. Gives what was never reached, and what was reached without showing it. */
async function walkWithTab(page: Page, inside: string): Promise<{ readonly missed: readonly string[]; readonly unseen: readonly string[] }> {
  await page.evaluate(() => Object.assign(window, { reached: new Set<Element>(), unseen: [] as string[] }))
  for (let step = 0; step < 90; step += 1) {
    await page.keyboard.press('Tab')
    const over = await page.evaluate(() => {
      const access = window as unknown as { reached: Set<Element>; unseen: string[] }
      const element = document.activeElement
      if (element === null || element === document.body) return access.reached.size > 0
      if (access.reached.has(element)) return true
      access.reached.add(element)
      const look = getComputedStyle(element)
      // A divider shows the focus by its colour, the find box by the frame around the field.
      const frame = element.closest('.find-box')
      const shown = (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0) || element.matches('.divider:focus-visible, .native-edit-context, [cmdk-input]') || (frame !== null && getComputedStyle(frame).outlineStyle !== 'none')
      if (!shown) access.unseen.push(`${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent ?? ''}`)
      return false
    })
    if (over) break
  }
  return page.evaluate((selector) => {
    const access = window as unknown as { reached: Set<Element>; unseen: string[] }
    // In a row of tabs or radio buttons one is a stop, and the arrows go to the others.
    const stops = [...document.querySelectorAll(selector)].flatMap((each) => [...each.querySelectorAll('button, input, select, textarea, a[href]')])
      .filter((each) => each.checkVisibility() && !each.matches(':disabled, [hidden], [type=hidden], .monaco-editor *, .topology-edge'))
    const reached = (each: Element): boolean => {
      const row = each.closest('[role=radiogroup], [role=tablist]')
      return access.reached.has(each) || (row !== null && [...access.reached].some((one) => row.contains(one)))
    }
    return { missed: stops.filter((each) => !reached(each)).map((each) => each.getAttribute('aria-label') ?? each.textContent ?? ''), unseen: access.unseen }
  }, inside)
}

test('Tab reaches every control, and each shows that it has the keyboard', async ({ page, app }) => {
  await app.open(page)
  await settled(page)
  await expect(page.locator('.text-tab .view-line').first()).toBeVisible()
  const complete = { missed: [], unseen: [] }
  expect(await walkWithTab(page, '.top, .rail, .toolbar, .drawer, .side, .status'), 'review').toEqual(complete)
  for (const [key, ready] of [['3', '.trace-results'], ['4', '.diagnostic'], ['5', '.two-panes'], ['6', '.facts']] as const) {
    await page.reload()
    await settled(page)
    await page.keyboard.press(key)
    await expect(page.locator(ready).first()).toBeVisible()
    expect(await walkWithTab(page, '.top, .rail, .workspace, .status'), key).toEqual(complete)
  }
  await page.reload()
  await settled(page)
  for (const key of ['Control+o', 'Control+e', 'Control+Shift+A', '?', 'Control+k']) {
    await page.keyboard.press(key)
    await expect(page.getByRole('dialog')).toBeVisible()
    expect(await walkWithTab(page, '[role=dialog]'), key).toEqual(complete)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
})

/** The keyboard stands on the first stop of the page. */
const goToTop = (page: Page): Promise<void> => page.locator('.skip a').first().focus()

test('Tab reaches every control of Live, in each tab of its drawer and before anything is watched', async ({ page, app }) => {
  test.setTimeout(120_000)
  const complete = { missed: [], unseen: [] }
  await app.open(page)
  await settled(page)
  await page.keyboard.press('2')
  await expect(page.getByRole('textbox', { name: 'Source' })).toBeVisible()
  await goToTop(page)
  expect(await walkWithTab(page, '.top, .rail, .workspace, .status'), 'start').toEqual(complete)
  await page.getByRole('button', { name: 'Play the recording of the sample incident' }).click()
  const moment = page.getByRole('slider', { name: 'Moment' })
  await moment.press('End')
  await expect(page.locator('[data-alert]').first()).toBeVisible()
  for (const tab of ['Timeline', 'Distribution', 'Servers', 'Raw stats']) {
    await page.getByRole('tab', { name: tab }).focus()
    await expect(page.getByRole('tabpanel', { name: tab })).toContainText(/\w/)
    await goToTop(page)
    expect(await walkWithTab(page, '.top, .rail, .workspace, .status'), tab).toEqual(complete)
  }
})
