// The other language is another page. With scripts, what stands in a form that is kept on the server anyway is sent ahead, as
// its button for later would send it, so that it stands there again. That it could not be kept in time is no reason not
// to go.
const kept = document.querySelector("form[data-kept]");
const other = document.querySelector(".site-tools a[hreflang]");
const typed = () => String(new URLSearchParams(new FormData(kept)));
const before = kept && typed();
other?.addEventListener("click", async (event) => {
  // A new window leaves this one as it is.
  // What a child or its guardian typed leaves the page once they agreed to that, not before.
  const agreed = !kept?.elements.guardian_consent || kept.elements.accept.checked;
  if (!kept || !agreed || typed() === before || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const body = new URLSearchParams(typed());
  body.set("save", "1");
  await fetch(kept.action, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(3000) }).catch(() => {});
  location.assign(other.href);
});
