/** The product's refusal of a malformed request. */
export interface Fault {
  readonly status: number
  /** In words: `the request target is empty`. */
  readonly words: string
}
