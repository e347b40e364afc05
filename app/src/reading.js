// 长辈版 is a look and no other page: with scripts it changes where one stands, so that nothing typed is lost. The choice is
// kept as without scripts, by the same form; that it could not be kept is no reason not to show it.
const form = document.querySelector("[data-reading]");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  const chosen = button.value;
  const back = form.querySelector("[name=back]").value;
  fetch(form.action, { method: "POST", body: new URLSearchParams({ size: chosen, back }), redirect: "manual" }).catch(() => {});
  if (chosen === "elder") document.documentElement.dataset.size = chosen;
  else delete document.documentElement.dataset.size;
  button.value = chosen === "elder" ? "standard" : "elder";
  const words = button.textContent;
  button.textContent = form.dataset.reading;
  form.dataset.reading = words;
});
