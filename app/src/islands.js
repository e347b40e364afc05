async (js, wasm) => {
  // Leptos' contract for islands (hydration/island_script.js of leptos 0.8): each <leptos-island> names an export of the
  // module that wakes it; its server-rendered children wait in <leptos-children> for their parent.
  // `hydrate` (frontend) marks <body> once everything is awake.
  const module = await import(js);
  await module.default({ module_or_path: wasm });
  module.hydrate();
  const parents = [];
  // A form with a field named "children" answers that field when asked for its children: the element's own getter is asked.
  const childrenOf = Object.getOwnPropertyDescriptor(Element.prototype, "children").get;
  const wake = async (element) => {
    const name = element.localName;
    if (name === "leptos-island") {
      const island = module[element.dataset.component];
      if (!island) console.warn("no island named " + element.dataset.component);
      else {
        const parent = parents[parents.length - 1];
        if (parent) parent();
        await island(element);
      }
    }
    if (name === "leptos-children") parents.push(element.$$on_hydrate);
    for (const child of childrenOf.call(element)) await wake(child);
    if (name === "leptos-children") parents.pop();
  };
  await wake(document.body);
}
