// Keeps the totals of a quota in step with what is typed; the server counts them the same way.
const form = document.querySelector("[data-quota]");

const value = (input) => (/^\d{1,5}$/.test(input.value) ? Number(input.value) : 0);

function count() {
  const columns = new Map();
  let total = 0;
  for (const row of form.querySelectorAll("tbody tr")) {
    let calls = 0;
    for (const cell of row.querySelectorAll("[data-column]")) {
      const input = cell.querySelector("input");
      calls += value(input) * Number(input.dataset.size);
      columns.set(cell.dataset.column, (columns.get(cell.dataset.column) ?? 0) + value(input));
    }
    row.querySelector("[data-row-total]").textContent = calls;
    total += calls;
  }
  for (const cell of form.querySelectorAll("[data-column-total]")) {
    cell.textContent = columns.get(cell.dataset.columnTotal) ?? 0;
  }
  form.querySelector("[data-total]").textContent = total;
}

form?.addEventListener("input", count);
