import type { Page } from 'playwright/test'
import { expect, settled, test } from './app.ts'

const panel = (page: Page) => page.getByRole('complementary', { name: 'What changes for traffic' })
const login = 'Requests for api.shop.example/v2/auth/… go to pool api instead of auth.'
const loginCard = (page: Page) => panel(page).locator('.card', { hasText: login })

test('the sample incident on nginx: what hurts stands first, one click leads to its lines, and nginx itself agrees', async ({ page, app }) => {
  await app.open(page)
  await page.getByRole('button', { name: 'See it on nginx' }).click()

  await test.step('the misroute is the first card', async () => {
    // The same sentence stood there before, about HAProxy.
    await expect(page.getByRole('group', { name: /^Difference of nginx\.conf/ })).toBeVisible()
    await expect(panel(page).locator('.card').first()).toContainText(login)
    await expect(panel(page).locator('.card').first()).toContainText('Critical · misroute')
    await settled(page)
  })

  await test.step('one click shows the causing line', async () => {
    await loginCard(page).getByText(login).click()
    await expect(page.locator('.text-revealed').first()).toBeVisible()
    await expect(page.locator('.editor.modified .view-line', { hasText: 'location ~ ^/v[12]/' })).toBeVisible()
  })

  await test.step('Prove asks the real nginx', async () => {
    await loginCard(page).getByRole('button', { name: 'Prove' }).click()
    await expect(loginCard(page).locator('.proof.tone-ok')).toContainText('nginx 1.', { timeout: 30_000 })
    await panel(page).getByRole('button', { name: 'Prove all' }).click()
    await expect(panel(page).locator('.traffic-tools .proof.tone-ok')).toContainText('4 witnesses', { timeout: 30_000 })
    await expect(panel(page).locator('.proof.tone-critical')).toHaveCount(0)
  })
})
