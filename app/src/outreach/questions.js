// Shows a question as soon as it is asked, and hides it again. A hidden question's answer counts for no other, as on the
// server; what was typed into it stays until the form is sent, in case the mind changes back.
const all = document.querySelector("[data-questions]");
const shown = all.querySelector("[name=asked]");

function given(name) {
  const chosen = [...all.querySelectorAll(`[name="${name}"]`)].filter((input) => !input.closest("[data-key]").hidden);
  return chosen.flatMap((input) => {
    if (input.type === "checkbox" || input.type === "radio") return input.checked ? [input.value === "on" ? "yes" : input.value] : [];
    return [input.value];
  });
}

function look() {
  const keys = [];
  for (const question of all.querySelectorAll("[data-key]")) {
    const { on, values, key } = question.dataset;
    if (on) question.hidden = !given(on).some((value) => values.split(" ").includes(value));
    if (!question.hidden) keys.push(key);
  }
  shown.value = keys.join(" ");
}

all.addEventListener("change", look);
addEventListener("pageshow", look);
look();
