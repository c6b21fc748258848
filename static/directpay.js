/* Comfort only: every page works without it, and none of it guards anything. */
"use strict";

// A button says that it is at work while its form is in flight. The server makes one payment of two presses.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || !button.dataset.busy) return;
  button.dataset.was = button.textContent;
  button.textContent = button.dataset.busy;
});

// Back from the next page: as it was.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-was]")) {
    button.textContent = button.dataset.was;
    delete button.dataset.was;
  }
});

// Writing an amount chooses the option that it belongs to.
document.addEventListener("input", (event) => {
  const radio = document.getElementById(event.target.dataset.chooses || "");
  if (radio && !radio.checked) radio.checked = true;
});

// A choice made before the page could follow it, or one that the browser brought back by itself, is followed now.
const unlike = (control) =>
  control.type === "radio" || control.type === "checkbox"
    ? control.checked !== control.defaultChecked
    : control.options
      ? [...control.options].some((option) => option.selected !== option.defaultSelected)
      : control.value !== control.defaultValue;
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) return;
  for (const place of document.querySelectorAll('[hx-get][hx-trigger^="change"]')) {
    if ([...place.querySelectorAll("input, select, textarea")].some(unlike)) place.dispatchEvent(new Event("change"));
  }
});
