// A terminal in an output: xterm.js draws what the kernel sends; keys, pasted text and sizes go back.
import { liveOutput, stylesheet, takeClicks } from "./output.js";

export const CONSOLE = "application/vnd.dockermagic.console+json";
const UNANSWERED = 2000; // milliseconds after which the static picture is shown, until somebody answers
const WORD = 32 * 1024; // bytes after which the kernel is told how much was drawn
const PASTE = 64 * 1024; // characters of one message

const THEMES = {
  light: {
    background: "#ffffff", foreground: "#1b2230", cursor: "#1b2230", cursorAccent: "#ffffff", selectionBackground: "#b6d4f5",
    black: "#1b2230", red: "#b3261e", green: "#1a7f4b", yellow: "#8a6100", blue: "#1f5fb0", magenta: "#7a4fb8", cyan: "#0f7285",
    white: "#69727d", brightBlack: "#5b6570", brightRed: "#c9372c", brightGreen: "#1c8a52", brightYellow: "#946a00",
    brightBlue: "#2f6fc4", brightMagenta: "#8a5fd0", brightCyan: "#14808f", brightWhite: "#3a4450",
  },
  dark: {
    background: "#111722", foreground: "#e6eaf0", cursor: "#e6eaf0", cursorAccent: "#111722", selectionBackground: "#35507a",
    black: "#3a4454", red: "#f0766c", green: "#4fc08d", yellow: "#dcb35c", blue: "#6ea8f0", magenta: "#c29bf0", cyan: "#56c2d0",
    white: "#c9d1dc", brightBlack: "#8b96a5", brightRed: "#ff9188", brightGreen: "#6fd6a6", brightYellow: "#f0cd7f",
    brightBlue: "#93c0fa", brightMagenta: "#d6b8fa", brightCyan: "#7fd8e2", brightWhite: "#ffffff",
  },
};

const theme = () => THEMES[document.body.dataset.jpThemeLight === "false" ? "dark" : "light"];

/** Give the widget class, made of the front end's own. */
export const consoles = (Panel, Widget) =>
  class Console extends liveOutput(Panel) {
    constructor(channel, rendermime) {
      super(channel, rendermime, CONSOLE, "console");
    }

    async renderModel(model) {
      // A picture first would only flash: what is saved says that there is no terminal.
      this.patience ??= setTimeout(() => !this.live && super.still(), UNANSWERED);
      await super.renderModel(model);
    }

    async still() {
      if (this.answered || this.gaveUp) await super.still();
    }

    lost() {
      this.gaveUp = true;
      super.lost();
    }

    heard(said, buffers) {
      super.heard(said);
      this.answered = true;
      if (said.head !== undefined) void this.open(said);
      if (said.end !== undefined) this.draw(said, buffers);
    }

    /** Open the terminal; what comes before it is there, waits. */
    async open({ css, head, title }) {
      this.answered = true;
      this.drawn = this.told = 0;
      if (this.terminal) return this.tellSize(); // joined once more: all comes again into the same terminal, and who types goes on
      this.waiting = [];
      const opening = (this.opening = {});
      const { FitAddon, Terminal, css: looks } = await import("./vendor/xterm.js");
      if (this.isDisposed || this.opening !== opening) return;
      this.end();
      this.begin(new Widget());
      const root = document.createElement("div");
      root.className = "dm-live";
      root.innerHTML = head;
      const box = document.createElement("div");
      box.style.cssText = "height:25em;min-height:6em;resize:vertical;overflow:hidden;box-sizing:border-box;border:1px solid rgba(128,128,128,0.5);border-radius:6px;padding:6px 4px 6px 8px;margin:0 0 8px";
      // What is typed here is for the program: no shortcut of the notebook.
      box.setAttribute("data-lm-suppress-shortcuts", "");
      this.live.node.append(stylesheet(`${css}${looks}`), root);
      root.append(box);
      takeClicks(root, (what) => this.channel.send(this.name, { do: what }));
      this.terminal = new Terminal({
        fontFamily: getComputedStyle(document.body).getPropertyValue("--jp-code-font-family") || "monospace",
        fontSize: 13, scrollback: 5000, minimumContrastRatio: 4.5, logLevel: "off", macOptionIsMeta: true,
      });
      this.terminal.open(box);
      this.terminal.textarea?.setAttribute("aria-label", `Terminal: ${title}`);
      this.follow(box, new FitAddon());
      for (const [what, data] of this.waiting.splice(0)) this.draw(what, data);
    }

    /** Follow the size of its box, the theme, and what a person does. */
    follow(box, fit) {
      const { terminal } = this;
      const dress = () => {
        terminal.options.theme = theme();
        box.style.backgroundColor = theme().background;
      };
      dress();
      this.themes = new MutationObserver(dress);
      this.themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
      terminal.loadAddon(fit);
      const resize = () => {
        if (box.clientWidth > 50 && box.clientHeight > 20) fit.fit(); // not while it is out of the page
      };
      terminal.onResize(() => this.tellSize());
      this.sizes = new ResizeObserver(resize);
      this.sizes.observe(box);
      resize();
      this.tellSize();
      terminal.onData((keys) => {
        // While old output is drawn again, what a person types is still for the program; the terminal's own answers are not.
        const { event } = window;
        if (this.mute && !(event instanceof UIEvent || event instanceof ClipboardEvent)) return;
        for (let at = 0; at < keys.length; at += PASTE) this.channel.send(this.name, { keys: keys.slice(at, at + PASTE) });
      });
      terminal.attachCustomKeyEventHandler((event) => !this.forBrowser(event));
    }

    tellSize() {
      this.channel.send(this.name, { size: [this.terminal.cols, this.terminal.rows] });
    }

    /** Say whether a key is the browser's: copying what is selected, pasting. */
    forBrowser(event) {
      const key = event.key.toLowerCase();
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
      if (key === "c" && this.terminal.hasSelection()) {
        // The next Ctrl-C is the program's again.
        if (event.type === "keydown") setTimeout(() => this.terminal?.clearSelection());
        return true;
      }
      return key === "v";
    }

    draw(said, buffers) {
      const { terminal } = this;
      if (!terminal) return void this.waiting?.push([said, buffers]);
      if (said.afresh) terminal.reset();
      const [buffer] = buffers;
      const data = buffer ? new Uint8Array(buffer.buffer ?? buffer, buffer.byteOffset ?? 0, buffer.byteLength) : new Uint8Array();
      // What was drawn before holds questions that were answered then.
      terminal.write("", () => (this.mute = said.again));
      terminal.write(data, () => {
        this.mute = false;
        this.drawn = said.end;
        this.say();
      });
    }

    /** Tell the kernel how much was drawn: now and then while there is much, soon when there is no more. */
    say() {
      clearTimeout(this.saying);
      const tell = () => {
        this.told = this.drawn;
        this.channel.send(this.name, { drawn: this.drawn });
      };
      if (this.drawn - this.told >= WORD || this.drawn < this.told) tell();
      else this.saying = setTimeout(tell, 200);
    }

    onAfterAttach(message) {
      super.onAfterAttach(message);
      this.terminal?.refresh(0, this.terminal.rows - 1);
    }

    end() {
      clearTimeout(this.saying);
      this.sizes?.disconnect();
      this.themes?.disconnect();
      this.terminal?.dispose();
      this.terminal = null;
      super.end();
    }

    dispose() {
      clearTimeout(this.patience);
      this.opening = null;
      super.dispose();
    }
  };
