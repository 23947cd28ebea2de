// Which items are shown: the same rules as `visible` in definition.py, tested on the same table of cases.

const DECIMAL = /^[+-]?[0-9]{1,12}([.,][0-9]{1,6})?$/;

function number(value) {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  if (typeof value === "string" && DECIMAL.test(value)) return Number(value.replace(",", "."));
  return null;
}

function within(value, low, high) {
  const found = number(value);
  return found !== null && (low === undefined || found >= low) && (high === undefined || found <= high);
}

function met(test, value) {
  if ("is" in test) return Array.isArray(value) ? value.some((each) => test.is.includes(each)) : test.is.includes(value);
  if ("answered" in test) return true;
  return within(value, test.at_least, test.at_most);
}

function holds(condition, values, facts) {
  if ("all" in condition) return condition.all.every((part) => holds(part, values, facts));
  if ("any" in condition) return condition.any.some((part) => holds(part, values, facts));
  if ("not" in condition) return !holds(condition.not, values, facts);
  if ("item" in condition) return values.has(condition.item) && met(condition, values.get(condition.item));
  const fact = facts[condition.fact];
  return fact !== undefined && fact !== null && met(condition, fact);
}

// `items` are {code, condition} in the checklist's order, `answers` by code; returns the set of codes shown.
export function visible(items, answers, facts) {
  const shown = new Set();
  const values = new Map();
  for (const { code, condition } of items) {
    if (condition && !holds(condition, values, facts)) continue;
    shown.add(code);
    const answer = answers[code];
    const value = answer && !answer.na && !answer.unfit ? answer.value : undefined;
    if (value !== undefined && value !== null && value !== "") values.set(code, value);
  }
  return shown;
}
