// The live view: puts the markup that Python sends into the page, changing only what differs. It decides nothing else.
// (In the widget morphdom stands before this text and both are one module; the lab extension imports both.)

const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 8;

/** Make `root` hold the markup; keep focus, selection, scroll positions, and what the reader opened or closed. */
export function patch(root, html, held, morph = morphdom) {
  const template = document.createElement("template"); // inert: nothing in it loads or runs
  template.innerHTML = html;
  const next = root.cloneNode(false);
  next.append(template.content);
  const tails = [...root.querySelectorAll("[data-tail]")].filter(atEnd);
  const known = new Set(root.querySelectorAll("[data-tail]"));
  morph(root, next, {
    childrenOnly: true,
    getNodeKey: (node) => (node.nodeType === 1 ? node.getAttribute("data-key") ?? undefined : undefined),
    onBeforeElUpdated(from, to) {
      if (from.isEqualNode(to)) return false;
      if (from.dataset?.ask && from === document.activeElement) return false; // somebody is writing there
      if (from.localName === "details" && held.has(from)) to.open = from.open;
      return true;
    },
  });
  for (const box of root.querySelectorAll("[data-tail]")) {
    if (!known.has(box)) box.scrollTop = box.scrollHeight;
  }
  for (const box of tails) box.scrollTop = box.scrollHeight;
}

/** Note the `<details>` that the reader opened, closed, scrolled or selected in: they stay as they are. */
export function keepTouched(root, held) {
  for (const kind of ["click", "wheel", "keydown", "pointerdown"]) {
    root.addEventListener(kind, (event) => {
      const details = event.target.closest?.("details");
      if (details && root.contains(details)) held.add(details);
    }, { passive: true });
  }
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "dm-live";
  el.append(root);
  const held = new WeakSet();
  keepTouched(root, held);
  let waiting = 0;
  let painted = 0;
  const paint = () => {
    waiting = 0;
    patch(root, model.get("html"), held);
    painted = performance.now();
  };
  const soon = () => {
    if (waiting) return;
    // At once after a pause; a page that lags behind paints only the newest markup, once a frame.
    if (performance.now() - painted > 50) paint();
    else waiting = requestAnimationFrame(paint);
  };
  model.on("change:html", soon);
  paint();
  return () => {
    cancelAnimationFrame(waiting);
    model.off("change:html", soon);
  };
}

export default { render };
