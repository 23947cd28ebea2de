// Only a manager has departments: the other roles hide them. Without script they are always there, and say whose they are.
for (const form of document.querySelectorAll("[data-role-form]")) {
  const field = form.querySelector("#field-departments");
  const show = () => { field.hidden = form.querySelector("[name=role]:checked")?.value !== "manager"; };
  form.addEventListener("change", show);
  show();
}
