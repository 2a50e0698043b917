import { browserSupportsWebAuthn, startAuthentication, startRegistration, type PublicKeyCredentialCreationOptionsJSON, type PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser';

/* Every <form data-passkey> asks the browser for a passkey before it is sent, and takes the answer along. */

async function ask(use: string): Promise<object> {
  const response = await fetch(use === 'signing in' ? '/sign-in/passkey' : '/account/passkey', { method: 'POST', body: new URLSearchParams({ use }) });
  if (!response.ok) throw new Error('The hub gave no challenge.');
  const options: unknown = await response.json();
  return use === 'adding'
    ? startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON })
    : startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON });
}

function prepare(form: HTMLFormElement): void {
  const answer = form.elements.namedItem('answer');
  const status = form.querySelector('[role=status]');
  if (!(answer instanceof HTMLInputElement) || !status) return;
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    status.textContent = 'Your browser asks you for a passkey …';
    ask(form.dataset['passkey'] ?? '').then((given) => {
      answer.value = JSON.stringify(given);
      form.submit();
    }, () => { status.textContent = 'That did not work. Please try again, or choose another way.'; });
  });
}

if (browserSupportsWebAuthn()) document.querySelectorAll<HTMLFormElement>('[data-passkey]').forEach(prepare);
