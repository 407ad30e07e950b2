// A live view in an output: the markup that the kernel sends is patched into the page; clicks go back.
import { keepTouched, patch } from "./live.js";
import morphdom from "./morphdom-esm.js";
import { liveOutput, stylesheet, takeClicks } from "./output.js";

export const VIEW = "application/vnd.dockermagic.view+json";

/** Give the widget class, made of the front end's own. */
export const views = (Panel, Widget) =>
  class View extends liveOutput(Panel) {
    constructor(channel, rendermime) {
      super(channel, rendermime, VIEW, "view");
    }

    heard(said) {
      super.heard(said);
      this.css = said.css ?? this.css;
      if (said.html !== undefined) this.soon(said.html);
    }

    /** Paint at once after a pause; a page that lags behind paints only the newest markup, once a frame. */
    soon(html) {
      this.newest = html;
      if (this.waiting) return;
      if (performance.now() - (this.painted ?? 0) > 50) this.paint();
      else this.waiting = requestAnimationFrame(() => this.paint());
    }

    paint() {
      this.waiting = 0;
      if (this.isDisposed) return;
      if (!this.live) this.open();
      patch(this.root, this.newest, this.held, morphdom);
      this.painted = performance.now();
    }

    open() {
      this.begin(new Widget());
      this.root = document.createElement("div");
      this.root.className = "dm-live";
      this.live.node.append(stylesheet(this.css ?? ""), this.root);
      this.held = new WeakSet();
      keepTouched(this.root, this.held);
      takeClicks(this.root, (what) => this.channel.send(this.name, { do: what }));
    }

    onAfterAttach(message) {
      super.onAfterAttach(message);
      // A notebook that is scrolled takes outputs out of the page and puts them in again; scroll positions are lost on the way.
      for (const box of this.root?.querySelectorAll("[data-tail]") ?? []) box.scrollTop = box.scrollHeight;
    }

    end() {
      cancelAnimationFrame(this.waiting);
      this.waiting = 0;
      super.end();
    }
  };
