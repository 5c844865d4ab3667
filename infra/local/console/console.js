// Binds the actions of custom widgets: `cwdb-action` belongs to the element before it. Source: CloudWatch, "Interactivity
// in custom widgets".
const main = document.querySelector('main');
const dialog = document.querySelector('#result');
dialog?.querySelector('.close').addEventListener('click', () => dialog.close());

const formsOf = (widget) =>
  Object.fromEntries(
    [...widget.querySelectorAll('input[name], select[name], textarea[name]')]
      .filter((field) => (field.type !== 'checkbox' && field.type !== 'radio') || field.checked)
      .map((field) => [field.name, field.value]),
  );

async function call(widget, action) {
  const question = action.getAttribute('confirmation');
  if (question && !globalThis.confirm(question)) return;
  const shownInWidget = action.getAttribute('display') === 'widget';
  widget.setAttribute('aria-busy', 'true');
  try {
    const response = await fetch('/console/widget', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': main.dataset.csrf },
      body: JSON.stringify({
        dashboard: widget.dataset.dashboard,
        endpoint: action.getAttribute('endpoint') ?? widget.dataset.endpoint,
        params: JSON.parse(action.textContent.trim() || '{}'),
        forms: formsOf(widget),
      }),
    });
    const markup = await response.text();
    if (shownInWidget) {
      const title = widget.querySelector('h2').outerHTML;
      widget.innerHTML = title + markup;
      bind(widget);
    } else {
      dialog.querySelector('.body').innerHTML = markup;
      dialog.showModal();
    }
  } finally {
    widget.removeAttribute('aria-busy');
  }
}

function bind(widget) {
  for (const form of widget.querySelectorAll('form'))
    form.addEventListener('submit', (event) => event.preventDefault());
  for (const action of widget.querySelectorAll('cwdb-action')) {
    const control = action.previousElementSibling;
    if (!control || action.getAttribute('action') !== 'call') continue;
    const press = (event) => {
      event.preventDefault();
      void call(widget, action);
    };
    control.addEventListener(action.getAttribute('event') ?? 'click', press);
    control.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') press(event);
    });
  }
}

for (const widget of document.querySelectorAll('.widget[data-endpoint]')) bind(widget);
dialog?.addEventListener('close', () => {
  if (document.querySelector('.widget[data-endpoint]')) globalThis.location.reload();
});
