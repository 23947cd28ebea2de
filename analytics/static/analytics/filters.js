// A filter form sends only what was chosen, so that addresses stay short: empty controls are left out.
for (const form of document.querySelectorAll("form[data-tidy]")) {
  form.addEventListener("submit", () => {
    for (const control of form.elements) {
      if (control.name && control.value === "") control.disabled = true;
    }
  });
  window.addEventListener("pageshow", () => {
    for (const control of form.elements) control.disabled = false;
  });
}
