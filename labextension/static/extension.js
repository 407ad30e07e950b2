// What this extension adds to JupyterLab and Notebook 7: live views, terminals, and the highlighting of Docker's cells.
import { Channel } from "./channel.js";
import { CONSOLE, consoles } from "./console.js";
import { highlight } from "./highlight.js";
import { VIEW, views } from "./view.js";

/** Give the plugins; `shared` gives the modules of the front end by name. */
export async function plugins(shared) {
  const [{ INotebookTracker }, { Panel, Widget }] = await Promise.all([shared("@jupyterlab/notebook"), shared("@lumino/widgets")]);
  const kinds = [[VIEW, views(Panel, Widget)], [CONSOLE, consoles(Panel, Widget)]];

  /** Let a notebook's outputs be live: its own registry of renderers knows its kernel. */
  const prepare = (panel) => {
    const { rendermime } = panel.content;
    const channel = new Channel(panel.sessionContext);
    panel.disposed.connect(() => channel.dispose());
    for (const [mime, Kind] of kinds) {
      // Safe also in a notebook that nobody vouched for: what is shown is its HTML, cleaned as always, or what the kernel sends.
      rendermime.addFactory({ safe: true, mimeTypes: [mime], createRenderer: () => new Kind(channel, rendermime) }, 0);
    }
  };

  return [
    {
      id: "dockermagic:views",
      description: "Live views and terminals of containers",
      autoStart: true,
      requires: [INotebookTracker],
      activate: (_, notebooks) => {
        notebooks.forEach(prepare);
        notebooks.widgetAdded.connect((_, panel) => prepare(panel));
      },
    },
    {
      id: "dockermagic:highlighting",
      description: "Colours of %%dockerfile and %%compose cells",
      autoStart: true,
      requires: [INotebookTracker],
      activate: (_, notebooks) => {
        notebooks.forEach((panel) => highlight(panel.content));
        notebooks.widgetAdded.connect((_, panel) => highlight(panel.content));
      },
    },
  ];
}
