// What staff type is nowhere but in the page until it is sent: whoever goes elsewhere with it is asked first. A form that came
// back refused was not taken over either.
const forms = [...document.querySelectorAll("main form[method=post]")];
const typed = (form) => [...new FormData(form)].map(([name, value]) => `${name}=${value.name ?? value}`).join("&");
const refused = document.querySelector(".error-summary, main .banner-warning[role=alert]") !== null;
const before = new Map(forms.map((form) => [form, typed(form)]));
let sent = false;
addEventListener("submit", (event) => {
  if (event.defaultPrevented || !before.has(event.target)) return;
  sent = true;
  before.set(event.target, typed(event.target));
});
addEventListener("beforeunload", (event) => {
  if ((refused && !sent) || forms.some((form) => typed(form) !== before.get(form))) event.preventDefault();
});
