// What a live view and a terminal share: an output that asks the kernel for itself, and shows what is saved where nobody answers.

/** Give the widget class, made of the front end's own. */
export const liveOutput = (Panel) =>
  class LiveOutput extends Panel {
    /**
     * @param channel the notebook's connection
     * @param rendermime the notebook's renderers
     * @param {string} mime the MIME type that names it, `key` the name in it
     */
    constructor(channel, rendermime, mime, key) {
      super();
      Object.assign(this, { channel, rendermime, mime, key });
      this.picture = null; // the static one, as JupyterLab shows HTML
      this.live = null; // what is in its place while the kernel answers
    }

    /** Called at first, and whenever the output changes. */
    async renderModel(model) {
      this.model = model;
      const name = model.data[this.mime][this.key];
      if (name !== this.name) {
        if (this.name) this.channel.leave(this.name, this);
        this.end();
        this.name = name;
        this.channel.join(name, this);
      }
      if (!this.live) await this.still();
    }

    /** Show the static picture, cleaned if the notebook is not trusted. */
    async still() {
      this.end();
      const mime = ["text/html", "text/plain"].find((name) => name in this.model.data);
      if (!mime || this.isDisposed) return;
      if (!this.picture) {
        this.picture = this.rendermime.createRenderer(mime);
        this.addWidget(this.picture);
      }
      await this.picture.renderModel(this.model);
    }

    /** Show a widget in the picture's place. */
    begin(widget) {
      this.picture?.dispose();
      this.picture = null;
      this.live = widget;
      this.addWidget(widget);
    }

    end() {
      this.live?.dispose();
      this.live = null;
    }

    lost() {
      void this.still();
    }

    /** Keep what is saved up to date, where the kernel's own update did not arrive: the page was loaded after the cell ran. */
    heard(said) {
      const bundle = said.saved ?? said.done;
      if (!bundle || this.isDisposed) return;
      if (said.done || this.model.data["text/html"] !== bundle["text/html"]) this.model.setData({ data: bundle });
    }

    dispose() {
      if (this.isDisposed) return;
      this.channel.leave(this.name, this);
      this.end();
      super.dispose();
    }
  };

/** Take clicks on what the kernel's markup says can be asked for. */
export function takeClicks(root, ask) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-do]");
    if (!button || !root.contains(button)) return;
    event.preventDefault();
    ask(button.dataset.do);
  });
  // A field that is written in asks once nobody has typed for a moment.
  let waiting = 0;
  root.addEventListener("input", ({ target }) => {
    if (!target.dataset?.ask) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(`${target.dataset.ask} ${target.value}`), 250);
  });
}

/** Give a stylesheet as an element. */
export function stylesheet(css) {
  const style = document.createElement("style");
  style.textContent = css;
  return style;
}
