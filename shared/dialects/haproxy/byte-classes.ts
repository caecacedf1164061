/** Byte classes of the tokeniser; everything else is an ordinary byte of a word. */
export const ordinary = 0
export const blank = 1
export const lineFeed = 2
export const carriageReturn = 3
export const sharp = 4
export const doubleQuote = 5
export const singleQuote = 6
export const backslash = 7
export const nul = 8

/** Class of each byte below 128; all above are ordinary. */
export const byteClasses = new Uint8Array(128)
for (const code of [9, 11, 12, 32]) byteClasses[code] = blank
byteClasses[10] = lineFeed
byteClasses[13] = carriageReturn
byteClasses[35] = sharp
byteClasses[34] = doubleQuote
byteClasses[39] = singleQuote
byteClasses[92] = backslash
byteClasses[0] = nul
