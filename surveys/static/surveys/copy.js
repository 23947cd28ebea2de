// A button that copies the text of the element it names. Hidden without script: the text can be selected by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.querySelector(button.dataset.copy);
  const said = document.querySelector("[data-copy-said]");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.textContent = said.textContent = button.dataset.copied;
  });
}
