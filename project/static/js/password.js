// A button in each password field that shows what is typed; without script the field simply stays masked.
// Its words come from the <template data-password-words> of the page.
const words = document.querySelector("[data-password-words]")?.dataset;

for (const input of words ? document.querySelectorAll("input[type=password]") : []) {
  const button = document.createElement("button");
  const box = document.createElement("div");
  const say = (shown) => {
    button.textContent = shown ? words.hide : words.show;
    // Its name says whose text it shows, and begins with what is seen, for those who speak to their computer.
    button.setAttribute("aria-label", `${button.textContent}: ${input.labels[0]?.textContent.trim() ?? ""}`);
  };
  box.className = "password";
  button.type = "button";
  say(false);
  input.replaceWith(box);
  box.append(input, button);
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    say(shown);
  });
  // Never sent, or kept by the browser, as readable text.
  input.form?.addEventListener("submit", () => { input.type = "password"; });
}
