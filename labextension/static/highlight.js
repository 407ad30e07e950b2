// The cells of Docker's magics are written in languages of their own: their colours follow the first line.

const LANGUAGES = [
  [/^\s*%%dockerfile(\s|$)/, "text/x-dockerfile"],
  [/^\s*%%compose(\s|$)/, "text/x-yaml"],
];

/** Give the MIME type of a cell's language, nothing for the kernel's. */
export function language(source) {
  return LANGUAGES.find(([begins]) => begins.test(source))?.[1];
}

/** Let the code cells of a notebook have the colours of what is written in them. */
export function highlight(notebook) {
  const known = new WeakSet();

  const look = (cell) => {
    const wanted = language(cell.sharedModel.source.slice(0, 200));
    const ours = LANGUAGES.some(([, mime]) => mime === cell.mimeType);
    if (wanted ? cell.mimeType !== wanted : ours) cell.mimeType = wanted ?? notebook.codeMimetype;
  };

  const watch = () => {
    for (const cell of notebook.model?.cells ?? []) {
      if (cell.type !== "code" || known.has(cell)) continue;
      known.add(cell);
      cell.contentChanged.connect(look);
      cell.mimeTypeChanged.connect(look); // the notebook sets it when the kernel has said which language it speaks
      look(cell);
    }
  };

  const begin = () => {
    notebook.model?.cells.changed.connect(watch);
    watch();
  };
  notebook.modelChanged.connect(begin);
  begin();
}
