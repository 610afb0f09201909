// Sign-in works without this file: it adds "show password" and says that something happens after the click.
const form = document.querySelector<HTMLFormElement>('form[data-signin]');
const password = document.querySelector<HTMLInputElement>('#password');
const reveal = document.querySelector<HTMLButtonElement>('[data-reveal]');

if (reveal && password) {
  reveal.hidden = false;
  reveal.addEventListener('click', () => {
    const show = password.type === 'password';
    password.type = show ? 'text' : 'password';
    reveal.setAttribute('aria-pressed', String(show));
    password.focus();
  });
}

form?.addEventListener('submit', () => {
  const button = form.querySelector<HTMLButtonElement>('button[type=submit]');
  if (password) password.type = 'password';
  form.setAttribute('aria-busy', 'true');
  // Disabled only after the submission has been taken up, so that the form is really sent.
  setTimeout(() => { if (button) button.disabled = true; }, 0);
});

// Back from the app by the browser's cache: the form must be usable again.
addEventListener('pageshow', () => {
  form?.removeAttribute('aria-busy');
  form?.querySelector<HTMLButtonElement>('button[type=submit]')?.removeAttribute('disabled');
});
