// Proves a config and prints what came out; other tests end it from outside or run it as somebody else. With `slow` its
// witnesses are never answered.
import { prove, request, slowConfig, witness } from './prove-support.ts'

const { config, slow } = await slowConfig()
console.log(JSON.stringify(await prove(config, config, [witness(config, config, 'one', request({ path: '/' })), ...(process.argv[2] === 'slow' ? slow : [])])))
