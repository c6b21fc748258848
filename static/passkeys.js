/* Passkeys: the device makes or uses a key, and a form carries its answer. Where it cannot, nothing of it is shown. */
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// The server writes binary values as base64url (WebAuthn, 5.1.8 and 5.1.9).
function forDevice(options) {
  const read = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
  if (read.user) read.user = { ...read.user, id: bytes(read.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (read[list]) read[list] = read[list].map((key) => ({ ...key, id: bytes(key.id) }));
  }
  return { publicKey: read };
}

function forServer(made) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = text(made.response[part]);
  }
  const clientExtensionResults = made.getClientExtensionResults();
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults });
}

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.dataset.ask, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).request_options;
}

if (window.PublicKeyCredential && navigator.credentials) {
  for (const hint of document.querySelectorAll("[data-no-passkeys]")) hint.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const refused = form.querySelector("[data-refused]");
      refused.hidden = true;
      try {
        const made = await navigator.credentials[form.dataset.passkey](forDevice(await optionsOf(form)));
        form.elements.credential.value = forServer(made);
        form.submit();
      } catch {
        refused.hidden = false; // closed by the person, no such key, or an address that allows none
      }
    });
  }
}
