import { Dialog as RadixDialog, DropdownMenu, Tooltip } from 'radix-ui'
import { AlertTriangle, Check, Info, LoaderCircle, X } from 'lucide-react'
import { cloneElement, useId, type ButtonHTMLAttributes, type ReactElement, type ReactNode } from 'react'
import type { Failure } from '#shared/diagnostics/failure.ts'
import { toneGlyph, type Tone } from '#shared/presentation/presentation.ts'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'plain' | 'primary' | 'ghost' | 'danger'
  readonly icon?: ReactNode
}

export function Button({ look = 'plain', icon, children, className = '', ...rest }: ButtonProps) {
  return (
    <button type="button" className={`btn ${look} ${className}`} {...rest}>
      {icon}
      {children}
    </button>
  )
}

/** A button that is only an icon; its name is the tooltip and what a screen reader says. */
export function IconButton({ label, keys, children, className = '', ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { readonly label: string; readonly keys?: string }) {
  return (
    <Hint text={label} {...(keys === undefined ? {} : { keys })}>
      <button type="button" className={`icon-btn ${className}`} aria-label={label} {...rest}>
        {children}
      </button>
    </Hint>
  )
}

export function Hint({ text, keys, side = 'bottom', children }: { readonly text: string; readonly keys?: string; readonly side?: 'top' | 'bottom' | 'right' | 'left'; readonly children: ReactNode }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tooltip" side={side} sideOffset={6} collisionPadding={8}>
          {text} {keys !== undefined && <kbd>{keys}</kbd>}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}

/** Tone by colour and by glyph: colour never stands alone. */
export function ToneGlyph({ tone }: { readonly tone: Tone }) {
  const glyph = toneGlyph[tone]
  return glyph === '' ? null : (
    <span className={`glyph tone-${tone}`} aria-hidden="true">
      {glyph}
    </span>
  )
}

export function Chip({ tone = 'neutral', title, name, children }: { readonly tone?: Tone; readonly title?: string; readonly name?: string; readonly children: ReactNode }) {
  return (
    <span className={`chip tone-${tone}`} title={title} data-chip={name}>
      <ToneGlyph tone={tone} />
      {children}
    </span>
  )
}

interface DialogProps {
  readonly open: boolean
  readonly title: string
  readonly description?: string
  readonly wide?: boolean
  readonly onClose: () => void
  readonly children: ReactNode
  readonly className?: string
}

export function Dialog({ open, title, description, wide = false, onClose, children, className = '' }: DialogProps) {
  return (
    <RadixDialog.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="dialog-overlay" />
        <RadixDialog.Content className={`dialog ${wide ? 'wide' : ''} ${className}`} {...(description === undefined ? { 'aria-describedby': undefined } : {})}>
          <header className="dialog-head">
            <RadixDialog.Title>{title}</RadixDialog.Title>
            <RadixDialog.Close asChild>
              <button type="button" className="icon-btn" aria-label="Close">
                <X size={16} />
              </button>
            </RadixDialog.Close>
          </header>
          {description !== undefined && <RadixDialog.Description className="muted dialog-text">{description}</RadixDialog.Description>}
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  )
}

export interface MenuEntry {
  readonly key: string
  readonly title: string
  readonly detail?: string
  readonly keys?: string
  readonly checked?: boolean
  readonly disabled?: boolean
  readonly onSelect: () => void
}

/** Groups of entries under one button. */
export function Menu({ groups, children, align = 'start', onOpen }: { readonly groups: readonly { readonly title?: string; readonly entries: readonly MenuEntry[] }[]; readonly children: ReactNode; readonly align?: 'start' | 'end'; readonly onOpen?: () => void }) {
  return (
    <DropdownMenu.Root modal={false} onOpenChange={(open) => open && onOpen?.()}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align={align} sideOffset={5} collisionPadding={8}>
          {groups
            .filter((group) => group.entries.length > 0)
            .map((group, index) => (
              <DropdownMenu.Group key={group.title ?? index}>
                {index > 0 && <DropdownMenu.Separator className="menu-line" />}
                {group.title !== undefined && <DropdownMenu.Label className="menu-label">{group.title}</DropdownMenu.Label>}
                {group.entries.map((entry) => (
                  <DropdownMenu.Item key={entry.key} className="menu-item" disabled={entry.disabled === true} onSelect={entry.onSelect}>
                    <span className="menu-check">{entry.checked === true && <Check size={13} aria-hidden="true" />}</span>
                    <span className="menu-text">
                      {entry.title}
                      {entry.detail !== undefined && <small>{entry.detail}</small>}
                    </span>
                    {entry.keys !== undefined && <kbd>{entry.keys}</kbd>}
                  </DropdownMenu.Item>
                ))}
              </DropdownMenu.Group>
            ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/** What the world refused, in place, with a way to try again. */
export function FailureNote({ failure, onRetry, onDismiss }: { readonly failure: Failure; readonly onRetry?: () => void; readonly onDismiss?: () => void }) {
  return (
    <div className="failure" role="alert">
      <AlertTriangle size={16} aria-hidden="true" />
      <div>
        <p>{failure.message}</p>
        <div className="row">
          {onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
          {onDismiss !== undefined && <Button onClick={onDismiss}>Dismiss</Button>}
        </div>
      </div>
    </div>
  )
}

/** Shown while something is computed; appears after a tenth of a second, so that quick answers do not flicker. */
export function Working({ text }: { readonly text: string }) {
  return (
    <div className="working" role="status">
      <LoaderCircle size={15} className="spin" aria-hidden="true" />
      {text}
    </div>
  )
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return (
    <div className="empty">
      <Info size={16} aria-hidden="true" />
      <div>{children}</div>
    </div>
  )
}

/** A control with its label; hint and problem are read out after it. */
export function Field({ label, hint, problem, children }: { readonly label: string; readonly hint?: string; readonly problem?: string | undefined; readonly children: ReactElement<{ id?: string; 'aria-describedby'?: string | undefined; 'aria-invalid'?: boolean }> }) {
  const id = useId()
  const says = problem ?? hint
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>{label}</label>
      {cloneElement(children, { id, 'aria-describedby': says === undefined ? undefined : `${id}-says`, 'aria-invalid': problem !== undefined })}
      {says !== undefined && <span id={`${id}-says`} className={problem === undefined ? 'field-hint' : 'field-problem'}>{says}</span>}
    </div>
  )
}

/** A row of choices of which one holds. */
export function Segmented<T extends string>({ label, value, options, onChange, disabled = false }: { readonly label: string; readonly value: T; readonly options: readonly { readonly value: T; readonly title: string; readonly keys?: string }[]; readonly onChange: (value: T) => void; readonly disabled?: boolean }) {
  return (
    <div className="segmented" role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value} type="button" role="radio" aria-checked={option.value === value} disabled={disabled} tabIndex={option.value === value ? 0 : -1}
          title={option.keys === undefined ? undefined : `${option.title} (${option.keys})`}
          onClick={() => onChange(option.value)}
          onKeyDown={(event) => {
            const step = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0
            if (step === 0) return
            event.preventDefault()
            event.stopPropagation()
            const at = options.findIndex((each) => each.value === value)
            const next = options[(at + step + options.length) % options.length]
            if (next === undefined) return
            onChange(next.value)
            const buttons = event.currentTarget.parentElement?.querySelectorAll('button')
            buttons?.[options.indexOf(next)]?.focus()
          }}
        >
          {option.title}
        </button>
      ))}
    </div>
  )
}
