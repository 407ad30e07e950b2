// What JupyterLab and Notebook 7 load first: a federated module, written by hand, so that nothing has to be built at install.
// JupyterLab calls `init` with the modules that it shares, then `get` for what this extension adds.
(() => {
  const home = document.currentScript.src.replace(/[^/]*$/, "");
  let scope = {};

  const newer = (a, b) => a.localeCompare(b, "en", { numeric: true }) > 0;

  /** Give a module that JupyterLab shares: the copy that it uses itself, as its own extensions get it. */
  const shared = async (name) => {
    const versions = Object.entries(scope[name] ?? {});
    if (versions.length === 0) throw new Error(`dockermagic: this front end does not share ${name}`);
    versions.sort(([a, x], [b, y]) => (Boolean(x.loaded) !== Boolean(y.loaded) ? (x.loaded ? -1 : 1) : newer(a, b) ? -1 : 1));
    const factory = await versions[0][1].get();
    return factory();
  };

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB.dockermagic = {
    init: (given) => {
      scope = given;
    },
    get: async (name) => {
      if (name !== "./extension") throw new Error(`dockermagic: there is no module ${name}`);
      const { plugins } = await import(`${home}extension.js`);
      const exported = { __esModule: true, default: await plugins(shared) };
      return () => exported;
    },
  };
})();
