import type { Space } from './space.ts'
import type { Tests } from './tests.ts'

/** Terms of both configs, and the tests of one of them. */
export interface TestGround {
  readonly space: Space
  readonly tests: Tests
}
