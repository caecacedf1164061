/** What makes a line impossible to tokenise. */
export type ScanProblem = 'unmatched-quote' | 'bad-escape' | 'bad-variable' | 'unmatched-brace' | 'bad-expansion' | 'nul'
