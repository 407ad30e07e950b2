// One notebook's connection to its kernel: which views it shows, and what they and the kernel say to each other.
// The other end, and what may be said, is dockermagic/views/channel.py.

const TARGET = "dockermagic";
const UNSAID = 1000; // messages
const ENDED = new Set(["restarting", "autorestarting", "terminating", "dead"]);

/**
 * @typedef {object} Member What shows a view.
 * @property {(said: any, buffers: DataView[]) => void} heard The kernel has sent something.
 * @property {() => void} lost There is no kernel that knows the view.
 */

/**
 * Wait until it is settled which of the kernel's loops will hear this comm. What is said earlier would go to another one than what is
 * said later, and be heard in another order.
 */
async function listening(kernel, comm) {
  if (!kernel.supportsSubshells || !comm.subshellStarted || comm.commsOverSubshells === "disabled") return;
  await Promise.race([comm.subshellStarted.catch(() => {}), new Promise((done) => setTimeout(done, 2000))]);
}

export class Channel {
  /** @param context the notebook's session, which outlives kernels */
  constructor(context) {
    this.context = context;
    this.comm = null;
    this.unsaid = []; // what a person did while the connection was made anew
    /** @type {Map<string, Set<Member>>} */
    this.members = new Map();
    this.leaving = () => this.drop(true);
    context.kernelChanged.connect(this.anew, this);
    context.statusChanged.connect(this.statusChanged, this);
    context.connectionStatusChanged.connect(this.connectionChanged, this);
    window.addEventListener("pagehide", this.leaving);
  }

  /** Ask the kernel for a view; it sends everything, also when somebody here shows the view already. */
  join(id, member) {
    if (!this.members.has(id)) this.members.set(id, new Set());
    this.members.get(id).add(member);
    if (this.comm) this.say({ join: [id] });
    else void this.connect();
  }

  /** Show a view no longer. */
  leave(id, member) {
    const all = this.members.get(id);
    if (!all?.delete(member) || all.size > 0) return;
    this.members.delete(id);
    if (this.members.size === 0) this.drop(true);
    else this.say({ leave: id });
  }

  /** Tell the kernel what a person did in a view. */
  send(id, said) {
    if (!this.comm && this.unsaid.length < UNSAID) this.unsaid.push({ id, ...said });
    else this.say({ id, ...said });
  }

  say(data) {
    if (this.comm && !this.comm.isDisposed) this.comm.send(data);
  }

  async connect() {
    await this.context.ready;
    if (this.attempt && !this.attempt.isDisposed) return;
    const kernel = this.context.session?.kernel;
    if (this.comm || this.members.size === 0) return;
    if (!kernel || ENDED.has(kernel.status)) return this.lost();
    let comm;
    try {
      comm = kernel.createComm(TARGET);
    } catch {
      return this.lost(); // another view of the same kernel has the comms
    }
    const attempt = (this.attempt = comm);
    await listening(kernel, comm);
    if (this.attempt !== attempt || this.comm || comm.isDisposed || this.members.size === 0) {
      if (!comm.isDisposed) comm.dispose();
      return;
    }
    this.comm = comm;
    comm.onMsg = ({ content, buffers }) => this.heard(content.data, buffers ?? []);
    comm.onClose = ({ content }) => {
      if (this.comm !== comm) return;
      this.comm = this.attempt = null;
      if (content.data?.again) void this.connect();
      else this.lost();
    };
    comm.open({ join: [...this.members.keys()] });
    for (const said of this.unsaid.splice(0)) this.say(said);
  }

  heard(said, buffers) {
    if (said.there) this.say({ here: true });
    for (const member of [...(this.members.get(said.id) ?? [])]) {
      if (said.gone) member.lost();
      else member.heard(said, buffers);
    }
  }

  /**
   * Let the comm go; with a word to the kernel if there is one. The kernel closes the comm then: closed from here, the loop that hears
   * it would be ended with it, and what the kernel has not heard yet be lost.
   */
  drop(word) {
    const { comm } = this;
    this.comm = this.attempt = null;
    if (!comm || comm.isDisposed) return;
    if (word) comm.send({ bye: true });
    else comm.dispose();
  }

  lost() {
    this.unsaid = [];
    for (const all of [...this.members.values()]) for (const member of [...all]) member.lost();
  }

  anew() {
    this.unsaid = []; // it was said to another kernel
    this.drop(false);
    void this.connect();
  }

  statusChanged(_, status) {
    if (!ENDED.has(status)) return;
    this.drop(false);
    this.lost();
  }

  connectionChanged(_, status) {
    if (status !== "connected") this.cut = true;
    else if (this.cut) {
      this.cut = false; // what was said meanwhile may be lost
      this.drop(true); // the kernel is the same, and would keep a page for nobody
      void this.connect();
    }
  }

  dispose() {
    window.removeEventListener("pagehide", this.leaving);
    this.members.clear();
    this.drop(true);
  }
}
