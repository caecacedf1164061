/** Lines are read in portions: a function that is called often is optimised for good, one long loop again for each file. */
export const portion = 256
