import { browserSupportsWebAuthn, startAuthentication, startRegistration, type PublicKeyCredentialCreationOptionsJSON, type PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser';

/* Every <form data-passkey> asks the browser for a passkey before it is sent, and takes the answer along. What has data-without-passkeys is shown where the browser knows none. */

/** The hub gave nothing to go on with; the message says why. */
class NoChallenge extends Error {}

async function ask(use: string): Promise<object> {
  const response = await fetch(use === 'signing in' ? '/sign-in/passkey' : '/account/passkey', { method: 'POST', body: new URLSearchParams({ use }) }).catch(() => null);
  if (!response) throw new NoChallenge('the hub cannot be reached. Look at your connection, and try again.');
  if (response.status === 429) throw new NoChallenge('there were too many tries. Please wait a quarter of an hour, or choose another way.');
  if (!response.ok) throw new NoChallenge('the hub did not answer. Load this page again, and try again.');
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
    }, (error: unknown) => { status.textContent = `That did not work: ${reasonOf(error)}`; });
  });
}

/** Why there is no passkey, by the names that WebAuthn gives its errors (https://www.w3.org/TR/webauthn-3/#sctn-createCredential and #sctn-getAssertion). */
function reasonOf(error: unknown): string {
  if (error instanceof NoChallenge) return error.message;
  switch (error instanceof Error ? error.name : '') {
    case 'NotAllowedError': return 'the question was closed or waited too long, or there is no passkey for this hub on this device. Please try again, or choose another way.';
    case 'InvalidStateError': return 'this device holds a passkey of your account already.';
    case 'SecurityError': return 'the browser takes passkeys only at the hub’s own address, over https. Look at the address bar.';
    case 'ConstraintError': case 'NotSupportedError': return 'this device cannot make a passkey that asks who you are, by finger, face or PIN. Try another device.';
    default: return 'the browser does not say why. Please try again, or choose another way.';
  }
}

if (browserSupportsWebAuthn()) document.querySelectorAll<HTMLFormElement>('[data-passkey]').forEach(prepare);
else document.querySelectorAll<HTMLElement>('[data-without-passkeys]').forEach((words) => { words.hidden = false; });
