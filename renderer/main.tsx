import '@fontsource/inter/latin-400.css'
import '@fontsource/inter/latin-500.css'
import '@fontsource/inter/latin-600.css'
import '@fontsource/inter/latin-700.css'
import '@fontsource/inter/latin-ext-400.css'
import '@fontsource/inter/latin-ext-600.css'
import '@fontsource/jetbrains-mono/latin-400.css'
import '@fontsource/jetbrains-mono/latin-600.css'
import './ui/tokens.css'
import './ui/base.css'
import './app/app.css'
import './features/features.css'
import './features/behaviour/behaviour.css'
import './features/live/live.css'
import './ui/print.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { start } from './app/start.ts'
import { Root } from './app/Root.tsx'

const host = document.getElementById('root')
if (host !== null) {
  const app = start()
  createRoot(host).render(
    <StrictMode>
      <Root app={app} />
    </StrictMode>,
  )
}
