/** What the pages do beyond their forms and links. Everything works without it, but copying and local times. */
const localTimes = (root) => {
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime)
    if (Number.isNaN(at.getTime())) continue
    const minute = time.hasAttribute('data-minute') ? { timeStyle: 'short' } : {}
    time.textContent = at.toLocaleString('en-GB', { dateStyle: 'medium', ...minute })
    time.title = at.toLocaleString(undefined, { dateStyle: 'long', timeStyle: 'short' })
  }
}

const showCopyButtons = (root) => {
  if (navigator.clipboard === undefined) return
  for (const button of root.querySelectorAll('button[data-copy]')) button.hidden = false
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('button[data-copy]')
  if (!button) return
  const text = document.getElementById(button.dataset.copy)?.textContent ?? ''
  try {
    await navigator.clipboard.writeText(text)
    button.dataset.label ??= button.textContent
    button.textContent = 'Copied'
    setTimeout(() => {
      button.textContent = button.dataset.label
    }, 2000)
  } catch {
    getSelection().selectAllChildren(document.getElementById(button.dataset.copy))
  }
})

/** The box above a list ticks every one below it; the bar of actions says how many are ticked. */
const countTicked = (form) => {
  const boxes = [...form.querySelectorAll('input[name="id"]')]
  const ticked = boxes.filter((box) => box.checked).length
  const all = form.querySelector('input[data-all]')
  if (all) {
    all.checked = ticked > 0 && ticked === boxes.length
    all.indeterminate = ticked > 0 && ticked < boxes.length
  }
  const count = form.querySelector('[data-count]')
  if (count) count.textContent = ticked === 0 ? 'Select all' : `${ticked} selected`
  form.classList.toggle('has-selection', ticked > 0)
}

document.addEventListener('change', (event) => {
  const form = event.target.closest?.('form[data-selection]')
  if (!form) return
  if (event.target.matches('input[data-all]')) {
    for (const box of form.querySelectorAll('input[name="id"]')) box.checked = event.target.checked
  }
  countTicked(form)
})

const prepare = (root) => {
  localTimes(root)
  showCopyButtons(root)
  for (const form of root.querySelectorAll('form[data-selection]')) {
    for (const hidden of form.querySelectorAll('[data-scripted]')) hidden.hidden = false
    countTicked(form)
  }
}
prepare(document)
document.addEventListener('htmx:afterSettle', (event) => prepare(event.target.parentElement ?? document))
